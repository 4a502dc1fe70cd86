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

    /// <exception cref="InvalidDataException">A file is not valid JSON, or it is encrypted.</exception>
    public HostFiles(string folder)
    {
        _hostJson = Read(folder, "host.json");
        _localSettings = Read(folder, "local.settings.json");
        if (string.Equals(_localSettings["IsEncrypted"], "true", StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException("local.settings.json is encrypted: run func settings decrypt.");
    }

    /// <summary>What stands before every function's route, without slashes around it.</summary>
    /// <exception cref="InvalidDataException">It is no path.</exception>
    public string RoutePrefix
    {
        get
        {
            var prefix = (_hostJson["extensions:http:routePrefix"] ?? DefaultRoutePrefix).Trim('/');
            return prefix.Length == 0 || Array.TrueForAll(prefix.Split('/'), IsPlain)
                ? prefix
                : throw new InvalidDataException($"The routePrefix of host.json is '{prefix}': use letters, digits, "
                    + "'-', '_' and '.', in parts joined by single slashes.");
        }
    }

    /// <summary>The settings that Core Tools would hand to the functions as environment variables.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Values =>
        from pair in _localSettings.GetSection("Values").AsEnumerable(makePathsRelative: true)
        where pair.Value is not null
        let key = pair.Key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)
        group pair.Value by key into setting
        select KeyValuePair.Create(setting.Key, (string?)setting.Last());

    /// <summary>The port: <c>--port</c>, else Host.LocalHttpPort of local.settings.json, else 7071. 0: any that is
    /// free. </summary>
    /// <exception cref="InvalidDataException">It is no port.</exception>
    public int Port(string? asked)
    {
        var text = asked ?? _localSettings["Host:LocalHttpPort"];
        if (text is null) return DefaultPort;
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : throw new InvalidDataException(
                $"{(asked is null ? "Host.LocalHttpPort in local.settings.json" : "--port")} is '{text}', which is no "
                + "port: give a number from 0 to 65535 (0: any that is free).");
    }

    private static bool IsPlain(string part) => part.Length > 0
        && part.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');

    private static IConfigurationRoot Read(string folder, string file)
    {
        try
        {
            return new ConfigurationBuilder().SetBasePath(folder).AddJsonFile(file, optional: true).Build();
        }
        catch (InvalidDataException exception)
        {
            var reason = exception.InnerException?.Message ?? exception.Message;
            throw new InvalidDataException($"{file} cannot be read: {reason}");
        }
    }
}
