using Microsoft.CodeAnalysis;

namespace SseFunctions.Tests.Rules;

/// <summary>A name in the code of a project.</summary>
/// <param name="File">Where the name is written.</param>
/// <param name="Type">The type that it means, or whose member it means.</param>
/// <param name="DeclaredIn">The file of the same project that declares it; null if another assembly does.</param>
internal sealed record SourceUse(string File, INamedTypeSymbol Type, string? DeclaredIn);
