using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Rules;

/// <summary>A project of this repository, compiled in memory, so that each name in its code can be resolved.</summary>
internal sealed class SourceProject
{
    // The usings that ImplicitUsings adds to a project of Microsoft.NET.Sdk.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly string[] Platform =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);

    /// <summary>Compiles the project.</summary>
    /// <param name="name">The name of its assembly.</param>
    /// <param name="folder">The folder, relative to the repository.</param>
    /// <param name="lower">The projects that it may reference. No other assemblies of this repository are
    /// referenced.</param>
    public SourceProject(string name, string folder, IReadOnlyCollection<string> lower)
    {
        Name = name;
        Root = Path.Combine(Repository.Root, folder);
        var trees = SourceFiles().AsParallel()
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), path: file));
        Compilation = CSharpCompilation.Create(
            name,
            [.. trees, CSharpSyntaxTree.ParseText(ImplicitUsings)],
            Platform.Where(file => IsReferenced(Path.GetFileNameWithoutExtension(file), lower))
                .Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }

    public string Name { get; }

    public string Root { get; }

    public CSharpCompilation Compilation { get; }

    public IEnumerable<SyntaxTree> Files => Compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0);

    /// <summary>Gets the first folder below the project; empty for a file in the project's root folder.</summary>
    public string FolderOf(string file) =>
        Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar) is [var first, _, ..] ? first : "";

    /// <summary>Finds each name in the code, with the type that it refers to or that has the member. Skips comments,
    /// and references in them.</summary>
    public IReadOnlyCollection<SourceUse> Uses()
    {
        var uses = new ConcurrentBag<SourceUse>();
        Parallel.ForEach(Files, tree =>
        {
            var model = Compilation.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes())
            {
                if (node is not (SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax)) continue;
                var found = model.GetSymbolInfo(node);
                var symbol = found.Symbol ?? found.CandidateSymbols.FirstOrDefault();
                if (TypeOf(symbol) is not { } type) continue;
                uses.Add(new SourceUse(tree.FilePath, type, FileOf(symbol) ?? FileOf(type)));
            }
        });
        return uses;
    }

    /// <summary>Finds all types of a namespace and of the namespaces below it, without nested types.</summary>
    public static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(TypesIn));

    private static INamedTypeSymbol? TypeOf(ISymbol? symbol) => symbol switch
    {
        INamedTypeSymbol type => type,
        IArrayTypeSymbol array => TypeOf(array.ElementType),
        _ => symbol?.ContainingType,
    };

    private static string? FileOf(ISymbol? symbol) =>
        symbol?.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath;

    private static bool IsReferenced(string assembly, IReadOnlyCollection<string> lower) =>
        !assembly.StartsWith("SseFunctions", StringComparison.Ordinal) || lower.Contains(assembly);

    private IEnumerable<string> SourceFiles() => Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Where(file => FolderOf(file) is not ("bin" or "obj"))
        // The Program of the function app needs packages that the tests do not have.
        .Where(file => Path.GetRelativePath(Root, file) != "Program.cs");
}
