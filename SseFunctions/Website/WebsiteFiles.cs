using System.Collections.Frozen;
using System.Security.Cryptography;

namespace SseFunctions.Website;

/// <summary>The files of <c>static-ui</c>, read once at start. A path that a client sends is only looked up in a
/// dictionary and never reaches the file system, so path traversal is impossible.</summary>
public sealed class WebsiteFiles
{
    private const string Folder = "static-ui";
    private const string HomePage = "index.html";
    private const string NotFoundPage = "404.html";
    private const int EntityTagBytes = 12;

    private readonly FrozenDictionary<string, WebsiteFile> _files =
        Read(Path.Combine(AppContext.BaseDirectory, Folder));

    /// <summary>The page for paths that do not exist.</summary>
    public WebsiteFile NotFound => _files[NotFoundPage];

    /// <summary>Finds the file for a path.</summary>
    /// <param name="path">The path without a leading slash, case-sensitive. Empty: the home page.</param>
    /// <returns>Null if there is no such file.</returns>
    public WebsiteFile? Find(string path) => _files.GetValueOrDefault(path.Length == 0 ? HomePage : path);

    private static FrozenDictionary<string, WebsiteFile> Read(string root)
    {
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).ToFrozenDictionary(
            file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'), ReadFile);
        return files.ContainsKey(HomePage) && files.ContainsKey(NotFoundPage)
            ? files
            : throw new FileNotFoundException(
                $"{HomePage} or {NotFoundPage} is missing in {root}: build the app again.");
    }

    private static WebsiteFile ReadFile(string file)
    {
        var contents = File.ReadAllBytes(file);
        var tag = Convert.ToHexStringLower(SHA256.HashData(contents).AsSpan(0, EntityTagBytes));
        return new WebsiteFile(contents, ContentTypeOf(file), $"\"{tag}\"");
    }

    private static string ContentTypeOf(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml; charset=utf-8",
        ".png" => "image/png",
        ".ico" => "image/x-icon",
        ".webmanifest" => "application/manifest+json; charset=utf-8",
        ".txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
}
