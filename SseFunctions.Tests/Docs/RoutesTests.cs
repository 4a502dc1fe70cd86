using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.LocalHost;

namespace SseFunctions.Tests.Docs;

/// <summary>The table of routes in docs/reference.md, compared with the functions.</summary>
public sealed partial class RoutesTests
{
    private static readonly Dictionary<string, HttpTriggerAttribute> Functions = FunctionRouter
        .FunctionMethods(LocalHostApplication.FunctionAssemblies.SelectMany(assembly => assembly.GetTypes()))
        .ToDictionary(
            method => method.GetCustomAttribute<FunctionAttribute>()!.Name,
            method => method.GetParameters()
                .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
                    .OfType<HttpTriggerAttribute>()
                .Single());

    private static readonly (string Routes, string Verbs, string Function)[] Rows =
    [
        .. Row().Matches(MarkdownPage.All.Single(page => page.Name == "docs/reference.md").Text)
            .Select(row => (row.Groups["routes"].Value, row.Groups["verbs"].Value, row.Groups["function"].Value)),
    ];

    [Fact]
    public void The_table_has_every_function_and_no_other() =>
        Assert.Equal(
            Functions.Keys.Order(StringComparer.Ordinal),
            Rows.Select(row => row.Function).Order(StringComparer.Ordinal));

    [Fact]
    public void The_table_has_the_route_of_each_function() => Assert.All(Rows, row =>
    {
        // An optional part of a route is a row's further route.
        var fixedPart = Functions[row.Function].Route!.Split("/{")[0].Replace("{*path}", "", StringComparison.Ordinal);
        Assert.StartsWith($"`/{fixedPart}`", row.Routes, StringComparison.Ordinal);
    });

    [Fact]
    public void The_table_has_the_verbs_of_each_function() => Assert.All(Rows, row => Assert.Equal(
        Functions[row.Function].Methods!.Select(verb => verb.ToUpperInvariant()).Order(StringComparer.Ordinal),
        row.Verbs.Split(", ").Order(StringComparer.Ordinal)));

    [GeneratedRegex(@"^\| (?<routes>`/[^|]*) \| (?<verbs>[A-Z, ]+) \| `(?<function>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
