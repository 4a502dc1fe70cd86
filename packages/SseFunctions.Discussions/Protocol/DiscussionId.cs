using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Makes and checks the ids of discussions.</summary>
internal static class DiscussionId
{
    /// <summary>The path of the settings that clients may know, which is no id.</summary>
    public const string Models = "models";

    private const int RandomBytes = 12;
    private const int OwnerBytes = 12;
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Makes an id that nobody can guess.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Whether a client may start a discussion with this id. Routes do not distinguish upper and lower case,
    /// so nobody could read a discussion named <c>Models</c>.</summary>
    public static bool IsFree(string id) => IsValid(id) && !id.Equals(Models, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a text has only characters of ids, and not too many.</summary>
    public static bool IsValid(string id) =>
        id.Length is > 0 and <= MaxLength && !id.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Returns a hash of a client's address, so that the address is not stored.</summary>
    public static string OwnerOf(string address) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(address)).AsSpan(0, OwnerBytes));
}
