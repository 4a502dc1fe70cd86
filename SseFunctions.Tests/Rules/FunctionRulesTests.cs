using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.LocalHost;
using SseFunctions.Streaming;

namespace SseFunctions.Tests.Rules;

/// <summary>Every function uses only bindings that both hosts support: LocalHost supports more than the Functions
/// worker.</summary>
public sealed class FunctionRulesTests
{
    private static readonly Type[] Types =
        [.. LocalHostApplication.FunctionAssemblies.Append(
            typeof(EventStreams).Assembly).SelectMany(assembly => assembly.GetTypes())];

    // Functions with other triggers have other parameters, and return no answer.
    private static readonly MethodInfo[] Methods =
    [
        .. FunctionRouter.FunctionMethods(Types).Where(
            method => method.GetParameters()[0].GetCustomAttribute<HttpTriggerAttribute>() is not null),
    ];

    [Fact]
    public void There_are_functions() => Assert.NotEmpty(Methods);

    [Fact]
    public void Classes_and_methods_are_public() => Assert.All(Methods, method =>
        Assert.True(
            method is { IsPublic: true, IsStatic: false }
                && method.DeclaringType is { IsPublic: true, IsAbstract: false }));

    [Fact]
    public void Names_are_unique() =>
        Assert.Equal(Methods.Length, Methods.Select(Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void Routes_are_explicit_and_verbs_in_lower_case() => Assert.All(Methods, method =>
    {
        Assert.False(string.IsNullOrEmpty(Trigger(method).Route));
        Assert.False(Trigger(method).Route!.StartsWith('/'));
        Assert.NotEmpty(Trigger(method).Methods!);
        Assert.All(Trigger(method).Methods!, verb => Assert.Equal(verb.ToLowerInvariant(), verb));
    });

    [Fact]
    public void Parameters_are_the_request_first_then_route_values_and_the_token() => Assert.All(Methods, method =>
    {
        var parameters = method.GetParameters();
        Assert.Equal(typeof(HttpRequest), parameters[0].ParameterType);
        Assert.NotNull(parameters[0].GetCustomAttribute<HttpTriggerAttribute>());
        Assert.All(parameters[1..], parameter => Assert.True(
            parameter.ParameterType == typeof(CancellationToken)
            || (parameter.ParameterType == typeof(string)
                && Trigger(method).Route!.Contains($"{{{parameter.Name}}}", StringComparison.Ordinal))));
    });

    [Fact]
    public void Results_are_IResult() => Assert.All(Methods, method =>
        Assert.Contains(method.ReturnType, new[] { typeof(IResult), typeof(Task<IResult>) }));

    [Fact]
    public void The_function_that_takes_every_path_sorts_last() =>
        Assert.Equal("{*path}", Trigger(Methods.OrderBy(Name, StringComparer.OrdinalIgnoreCase).Last()).Route);

    // When a function has ended, the worker serializes its result to JSON and sends it to the host.
    [Fact]
    public void Results_of_our_own_have_nothing_to_serialize()
    {
        var results = Types.Where(type => type.IsAssignableTo(typeof(IResult)) && type is { IsAbstract: false })
            .ToArray();
        Assert.NotEmpty(results);
        Assert.All(results, type => Assert.Empty(type.GetProperties(BindingFlags.Public | BindingFlags.Instance)));
        Assert.All(results, type => Assert.Equal("{}", JsonSerializer.Serialize(
            System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type), type)));
    }

    private static string Name(MethodInfo method) => method.GetCustomAttribute<FunctionAttribute>()!.Name;

    private static HttpTriggerAttribute Trigger(MethodInfo method) =>
        method.GetParameters()[0].GetCustomAttribute<HttpTriggerAttribute>()!;
}
