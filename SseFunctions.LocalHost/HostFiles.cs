using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SseFunctions.LocalHost;

/// <summary>What Core Tools reads from host.json and local.settings.json, read in the same way.</summary>
internal sealed class HostFiles
{
    private const string DefaultRoutePrefix = "api";
    private const int DefaultPort = 7071;

    private readonly IConfiguration _hostJson;
    private readonly IConfiguration _localSettings;

    /// <exception cref="InvalidDataException">A file is not valid JSON.</exception>
    public HostFiles(string folder)
    {
        _hostJson = Read(folder, "host.json");
        _localSettings = Read(folder, "local.settings.json");
    }

    /// <summary>What stands before every function's route.</summary>
    public string RoutePrefix => _hostJson["extensions:http:routePrefix"] ?? DefaultRoutePrefix;

    /// <summary>The settings that Core Tools would hand to the functions as environment variables.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Values =>
        from pair in _localSettings.GetSection("Values").AsEnumerable(makePathsRelative: true)
        where pair.Value is not null
        select KeyValuePair.Create(pair.Key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), (string?)pair.Value);

    /// <summary>The port: <c>--port</c>, else Host.LocalHttpPort of local.settings.json, else 7071. 0: any that is free.
    /// </summary>
    /// <exception cref="InvalidDataException">It is no port.</exception>
    public int Port(string? asked)
    {
        var text = asked ?? _localSettings["Host:LocalHttpPort"];
        if (text is null) return DefaultPort;
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : throw new InvalidDataException($"'{text}' is no port: give a number from 0 to 65535 (0: any that is free) "
                + $"with {(asked is null ? "Host.LocalHttpPort in local.settings.json" : "--port")}.");
    }

    private static IConfigurationRoot Read(string folder, string file)
    {
        try
        {
            return new ConfigurationBuilder().SetBasePath(folder).AddJsonFile(file, optional: true).Build();
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{file} cannot be read: {exception.InnerException?.Message ?? exception.Message}");
        }
    }
}
