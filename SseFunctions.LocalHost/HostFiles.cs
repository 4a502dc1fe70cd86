using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SseFunctions.LocalHost;

/// <summary>Reads host.json and local.settings.json in the way that Core Tools does.</summary>
internal sealed class HostFiles
{
    private const string DefaultRoutePrefix = "api";
    private const int DefaultPort = 7071;

    private readonly IConfiguration _hostJson;
    private readonly IConfiguration _localSettings;

    /// <summary>Reads the files of a folder. A missing file counts as empty.</summary>
    /// <exception cref="InvalidDataException">A file is not valid JSON, or local.settings.json is
    /// encrypted.</exception>
    public HostFiles(string folder)
    {
        _hostJson = Read(folder, "host.json");
        _localSettings = Read(folder, "local.settings.json");
        if (string.Equals(_localSettings["IsEncrypted"], "true", StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException("local.settings.json is encrypted: run func settings decrypt.");
    }

    /// <summary>The prefix of every function's route, without slashes around it. Default <c>api</c>.</summary>
    /// <exception cref="InvalidDataException">The prefix is not a valid path.</exception>
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

    /// <summary>The settings that Core Tools passes to the functions as environment variables.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Values =>
        from pair in _localSettings.GetSection("Values").AsEnumerable(makePathsRelative: true)
        where pair.Value is not null
        let key = pair.Key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)
        group pair.Value by key into setting
        select KeyValuePair.Create(setting.Key, (string?)setting.Last());

    /// <summary>Gets the port: <paramref name="asked"/>, else Host.LocalHttpPort of local.settings.json, else 7071. 0:
    /// any free port.</summary>
    /// <param name="asked">The value of <c>--port</c>; null if it is not on the command line.</param>
    /// <exception cref="InvalidDataException">The value is not a port.</exception>
    public int Port(string? asked)
    {
        var text = asked ?? _localSettings["Host:LocalHttpPort"];
        if (text is null) return DefaultPort;
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : throw new InvalidDataException(
                $"{(asked is null ? "Host.LocalHttpPort in local.settings.json" : "--port")} is '{text}', which is not "
                + "a port: use a number from 0 to 65535 (0: any free port).");
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
            // The exception of the JSON parser names the line.
            throw new InvalidDataException($"{file} cannot be read: {exception.GetBaseException().Message}");
        }
    }
}
