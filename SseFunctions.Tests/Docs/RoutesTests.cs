using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.LocalHost;

namespace SseFunctions.Tests.Docs;

/// <summary>The table of routes in docs/reference.md, compared with the functions.</summary>
public sealed partial class RoutesTests
{
    // Functions with other triggers have no route.
    private static readonly Dictionary<string, HttpTriggerAttribute> Functions = FunctionRouter
        .FunctionMethods(LocalHostApplication.FunctionAssemblies.SelectMany(assembly => assembly.GetTypes()))
        .Select(method => (
            method.GetCustomAttribute<FunctionAttribute>()!.Name,
            Trigger: method.GetParameters()
                .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
                .OfType<HttpTriggerAttribute>()
                .SingleOrDefault()))
        .Where(function => function.Trigger is not null)
        .ToDictionary(function => function.Name, function => function.Trigger!);

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
        var fixedPart = OptionalParts().Replace(Functions[row.Function].Route!, "");
        Assert.StartsWith($"`/{fixedPart}`", row.Routes, StringComparison.Ordinal);
    });

    [Fact]
    public void The_table_has_the_verbs_of_each_function() => Assert.All(Rows, row => Assert.Equal(
        Functions[row.Function].Methods!.Select(verb => verb.ToUpperInvariant()).Order(StringComparer.Ordinal),
        row.Verbs.Split(", ").Order(StringComparer.Ordinal)));

    // The parts at the end of a route that may be missing: {name?} and {*name}.
    [GeneratedRegex(@"(?:/?\{(?:\w+\?|\*\w+)\})+$")]
    private static partial Regex OptionalParts();

    [GeneratedRegex(@"^\| (?<routes>`/[^|]*) \| (?<verbs>[A-Z, ]+) \| `(?<function>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
