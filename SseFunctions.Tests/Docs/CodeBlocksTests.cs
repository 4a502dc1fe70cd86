using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Docs;

/// <summary>The code that readers paste from the docs: C# compiles, JavaScript, bash and JSON parse, and the files that
/// commands name exist.</summary>
public sealed partial class CodeBlocksTests
{
    // What ImplicitUsings adds to a project of Microsoft.NET.Sdk.Web.
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    // What the pages outside the packages leave out.
    private const string MoreUsings = """
        global using System.Runtime.CompilerServices;
        global using Microsoft.Azure.Functions.Worker;
        global using Microsoft.Extensions.AI;
        global using SseFunctions.Discussions;
        global using SseFunctions.Hub;
        global using SseFunctions.Streaming;
        """;

    // Packages of triggers are not referenced here.
    private const string Triggers = """
        namespace Microsoft.Azure.Functions.Worker;
        [System.AttributeUsage(System.AttributeTargets.Parameter)]
        internal sealed class TimerTriggerAttribute(string schedule) : System.Attribute
        {
            public string Schedule => schedule;
        }
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    public static TheoryData<string> CSharpPages => Pages("csharp");

    public static TheoryData<string> JavaScriptPages => Pages("js");

    public static TheoryData<string> BashPages => Pages("bash");

    [Fact]
    public void Every_block_names_its_language() => Assert.Empty(
        MarkdownPage.All.SelectMany(page => page.Blocks)
            .Where(block => block.Language.Length == 0)
            .Select(block => $"{block}"));

    [Theory]
    [MemberData(nameof(CSharpPages))]
    public void CSharp_compiles(string name)
    {
        var page = MarkdownPage.All.Single(page => page.Name == name);
        var usings = name.StartsWith("packages/", StringComparison.Ordinal) ? Usings : $"{Usings}\n{MoreUsings}";
        var compilation = CSharpCompilation.Create(
            "Page",
            [
                Parse(usings, "Usings"),
                Parse(Triggers, "Triggers"),
                .. Types(page).Select(block => Parse(block.Code, $"{block}")),
                Parse(ProgramOf(page), "Program.cs"),
            ],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(problem => problem.Severity == DiagnosticSeverity.Error).Select(problem => problem.ToString()));
    }

    [Theory]
    [MemberData(nameof(JavaScriptPages))]
    public async Task JavaScript_parses(string name)
    {
        using var folder = new TemporaryFolder();
        foreach (var block in Checked(MarkdownPage.All.Single(page => page.Name == name), "js"))
        {
            var file = Path.Combine(folder.Path, $"line-{block.Line}.mjs");
            await File.WriteAllTextAsync(file, block.Code, TestContext.Current.CancellationToken);
            var (exitCode, output) = await Command.Run(folder.Path, "node", ["--check", file]);
            Assert.True(exitCode == 0, $"{block}: {output}");
        }
    }

    [Theory]
    [MemberData(nameof(BashPages))]
    public async Task Bash_parses_and_names_files_that_exist(string name)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash is missing");
        foreach (var block in Checked(MarkdownPage.All.Single(page => page.Name == name), "bash"))
        {
            var (exitCode, output) = await Command.Run(Repository.Root, "/bin/bash", ["-n", "-c", block.Code]);
            Assert.True(exitCode == 0, $"{block}: {output}");
            Assert.All(
                FileName().Matches(block.Code).Select(match => match.Groups[1].Value),
                file => Assert.True(Path.Exists(Path.Combine(Repository.Root, file)), $"{block}: there is no {file}"));
        }
    }

    [Fact]
    public void Json_parses() => Assert.All(
        MarkdownPage.All.SelectMany(page => Checked(page, "json")), block => JsonDocument.Parse(block.Code).Dispose());

    [Fact]
    public void Xml_parses() => Assert.All(
        MarkdownPage.All.SelectMany(page => Checked(page, "xml")), block => XElement.Parse(block.Code));

    private static TheoryData<string> Pages(string language) =>
        [.. MarkdownPage.All.Where(page => Checked(page, language).Any()).Select(page => page.Name)];

    private static IEnumerable<CodeBlock> Checked(MarkdownPage page, string language) =>
        page.Blocks.Where(block => block.Language == language && block.Reason is null);

    private static SyntaxTree Parse(string code, string path) =>
        CSharpSyntaxTree.ParseText(code, path: path, cancellationToken: TestContext.Current.CancellationToken);

    private static IEnumerable<CodeBlock> Types(MarkdownPage page) =>
        Checked(page, "csharp").Where(block => !IsForProgram(UnitOf(block)));

    // Blocks of lines go into Program.cs, one after the other. They become the body of a method that has what
    // Program.cs has there.
    private static string ProgramOf(MarkdownPage page)
    {
        var units = Checked(page, "csharp").Select(UnitOf).Where(IsForProgram).ToArray();
        return $$"""
            {{string.Concat(units.SelectMany(unit => unit.Usings).Select(line => $"{line}\n").Distinct())}}
            internal static class Program
            {
                public static void Run(WebApplicationBuilder builder, WebApplication app)
                {
                    {{string.Concat(units.SelectMany(unit => unit.Members).Select(line => line.ToFullString()))}}
                }
            }
            """;
    }

    private static CompilationUnitSyntax UnitOf(CodeBlock block) =>
        Parse(block.Code, $"{block}").GetCompilationUnitRoot(TestContext.Current.CancellationToken);

    private static bool IsForProgram(CompilationUnitSyntax unit) => unit.Members.OfType<GlobalStatementSyntax>().Any();

    // A file of the repository that is run, and a project that is built.
    [GeneratedRegex(
        @"(?:^|--project |dotnet (?:build|test|publish) )((?:\./|scripts/|\.ci/|SseFunctions)[\w./-]*)",
        RegexOptions.Multiline)]
    private static partial Regex FileName();
}
