using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace SseFunctions.LocalHost;

/// <summary>The text that LocalHost prints when it has started.</summary>
internal static class Greeting
{
    public static string Of(WebApplication application)
    {
        var text = new StringBuilder();
        var router = application.Services.GetRequiredService<FunctionRouter>();
        var page = $"{application.Urls.First()}/{(router.RoutePrefix.Length > 0 ? $"{router.RoutePrefix}/" : "")}";
        var culture = CultureInfo.InvariantCulture;
        text.AppendLine();
        text.AppendLine(culture, $"  The page      {page}");
        text.AppendLine(culture, $"  The hub       {page}hub.html");
        text.AppendLine(culture, $"  Discussions   {page}discussions.html");
        text.AppendLine();
        var functions = router.Functions.ToArray();
        var nameWidth = functions.Max(function => function.Name.Length);
        var verbsWidth = functions.Max(function => function.Verbs.Length);
        foreach (var (verbs, route, name) in functions)
            text.AppendLine(culture, $"  {name.PadRight(nameWidth)} {verbs.PadRight(verbsWidth)} {route}");
        if (router.LeftOut.Count > 0)
        {
            text.AppendLine();
            text.AppendLine(
                culture, $"  Not run, because their trigger is not HTTP: {string.Join(", ", router.LeftOut)}");
        }
        text.AppendLine();
        text.AppendLine(
            "  LocalHost is for development and tests. In Azure the Functions host runs the same functions.");
        text.AppendLine("  Ctrl+C stops LocalHost.");
        return text.ToString();
    }
}
