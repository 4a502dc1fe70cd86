using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace SseFunctions.LocalHost;

/// <summary>Routes requests like the Functions host, not like ASP.NET Core: to the first function, in the order of the
/// functions' names, whose route and methods both match. If none matches, the answer is 404, also when only the method
/// does not match.</summary>
internal sealed class FunctionRouter
{
    private readonly Entry[] _entries;

    /// <summary>Finds the functions and their routes.</summary>
    /// <param name="assemblies">The assemblies in which functions are searched.</param>
    /// <param name="routePrefix">The prefix of every route, without slashes around it.</param>
    /// <param name="services">The service container of the application.</param>
    public FunctionRouter(IEnumerable<Assembly> assemblies, string routePrefix, IServiceProvider services)
    {
        RoutePrefix = routePrefix;
        // Only public types, as in the Functions host. Reflection on all types would load the assemblies that they use.
        var functions = FunctionMethods(assemblies.SelectMany(assembly => assembly.GetExportedTypes()))
            .ToLookup(method => HttpTriggerOf(method) is not null);
        _entries = [.. functions[true]
            .Select(method => new Entry(method, RoutePrefix, services))
            .OrderBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase)];
        LeftOut = [.. functions[false].Select(NameOf).Order(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The prefix of every route, without slashes around it.</summary>
    public string RoutePrefix { get; }

    /// <summary>The methods, route and name of each function, sorted by name.</summary>
    public IEnumerable<(string Verbs, string Route, string Name)> Functions =>
        _entries.Select(entry => (string.Join(',', entry.Verbs), $"/{entry.Template.TemplateText}", entry.Name));

    /// <summary>The names of the functions whose trigger is not HTTP. LocalHost does not run them; the Functions host
    /// does.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>Finds the methods that have the attribute Function.</summary>
    public static IEnumerable<MethodInfo> FunctionMethods(IEnumerable<Type> types) =>
        from type in types
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
            | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.IsDefined(typeof(FunctionAttribute))
        select method;

    /// <summary>Answers a request with the matching function.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        foreach (var entry in _entries)
        {
            var values = new RouteValueDictionary();
            if (!entry.Verbs.Contains(context.Request.Method) || !entry.Matcher.TryMatch(context.Request.Path, values))
                continue;
            // Most routes have no values, and a stream would keep the empty dictionary in memory while it is open.
            if (values.Count > 0) context.Request.RouteValues = values;
            // Metrics and spans then name the route instead of the path, which can contain topics.
            context.SetEndpoint(entry.Endpoint);
            return entry.Function(context);
        }
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static string NameOf(MethodInfo method) =>
        method.GetCustomAttribute<FunctionAttribute>()?.Name ?? method.Name;

    private static HttpTriggerAttribute? HttpTriggerOf(MethodInfo method) => method.GetParameters()
        .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
        .FirstOrDefault(trigger => trigger is not null);

    private sealed class Entry : IRouteDiagnosticsMetadata
    {
        public Entry(MethodInfo method, string routePrefix, IServiceProvider services)
        {
            var trigger = HttpTriggerOf(method)
                ?? throw new ArgumentException("The function has no HTTP trigger.", nameof(method));
            Name = NameOf(method);
            Verbs = new HashSet<string>((trigger.Methods ?? []).Select(verb => verb.ToUpperInvariant()));
            Template = TemplateParser.Parse($"{routePrefix}/{trigger.Route ?? Name}".Trim('/'));
            Matcher = new TemplateMatcher(Template, []);
            var factory = ActivatorUtilities.CreateFactory(method.DeclaringType!, Type.EmptyTypes);
            Function = RequestDelegateFactory.Create(
                method,
                context => factory(context.RequestServices, null),
                new RequestDelegateFactoryOptions
                {
                    ServiceProvider = services,
                    RouteParameterNames = Template.Parameters.Select(parameter => parameter.Name).OfType<string>(),
                    DisableInferBodyFromParameters = true,
                }).RequestDelegate;
            Endpoint = new Endpoint(Function, new EndpointMetadataCollection(this), Name);
        }

        public string Name { get; }

        public HashSet<string> Verbs { get; }

        public RouteTemplate Template { get; }

        public TemplateMatcher Matcher { get; }

        public RequestDelegate Function { get; }

        public Endpoint Endpoint { get; }

        /// <summary>The value of <c>http.route</c> in metrics and spans.</summary>
        public string Route => Template.TemplateText ?? "";
    }
}
