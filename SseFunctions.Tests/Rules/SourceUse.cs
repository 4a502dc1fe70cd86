using Microsoft.CodeAnalysis;

namespace SseFunctions.Tests.Rules;

/// <summary>A name in the code of a project.</summary>
/// <param name="File">The file that contains the name.</param>
/// <param name="Type">The type that the name refers to, or whose member it refers to.</param>
/// <param name="DeclaredIn">The file of the same project that declares the type; null if another assembly declares
/// it.</param>
internal sealed record SourceUse(string File, INamedTypeSymbol Type, string? DeclaredIn);
