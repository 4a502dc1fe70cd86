using System.Buffers;
using System.Text;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Percent-encoding with the sets of the URL Standard, section 1.3. The sets here are the complements: the
/// characters that stay as they are.</summary>
internal static class PercentEncoding
{
    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string InUserinfo = LettersAndDigits + "!$%&'()*+,-._~";
    private const string InPath = InUserinfo + "/:;=@[\\]|";
    private const string InSpecialQuery = LettersAndDigits + "!$%&()*+,-._~/:;=@[\\]|?^`{}";
    private const string InFragment = LettersAndDigits + "!$%&'()*+,-._~/:;=@[\\]|?^{}#";
    private const int MaxUtf8Bytes = 4;

    /// <summary>What stays in a user name or password.</summary>
    public static SearchValues<char> Userinfo { get; } = SearchValues.Create(InUserinfo);

    /// <summary>What stays in a path of segments.</summary>
    public static SearchValues<char> Path { get; } = SearchValues.Create(InPath);

    /// <summary>What stays in a query of a special scheme.</summary>
    public static SearchValues<char> SpecialQuery { get; } = SearchValues.Create(InSpecialQuery);

    /// <summary>What stays in a query of any other scheme.</summary>
    public static SearchValues<char> Query { get; } = SearchValues.Create(InSpecialQuery + "'");

    /// <summary>What stays in a fragment.</summary>
    public static SearchValues<char> Fragment { get; } = SearchValues.Create(InFragment);

    /// <summary>What stays in an opaque path or host: all but C0 controls, DEL and what is not ASCII.</summary>
    public static SearchValues<char> Opaque { get; } = SearchValues.Create(InFragment + " \"<>`");

    /// <summary>Percent-encodes the UTF-8 bytes of each character that is not in the set.</summary>
    public static string Encode(ReadOnlySpan<char> text, SearchValues<char> kept)
    {
        if (!text.ContainsAnyExcept(kept)) return text.ToString();
        var encoded = new StringBuilder(text.Length + 16);
        Span<byte> bytes = stackalloc byte[MaxUtf8Bytes];
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExcept(kept);
            if (plain < 0) plain = text.Length;
            encoded.Append(text[..plain]);
            text = text[plain..];
            if (text.IsEmpty) break;
            // An unpaired surrogate becomes U+FFFD.
            Rune.DecodeFromUtf16(text, out var rune, out var length);
            var count = rune.EncodeToUtf8(bytes);
            foreach (var octet in bytes[..count]) encoded.Append('%').Append(octet.ToString("X2", null));
            text = text[length..];
        }
        return encoded.ToString();
    }

    /// <summary>Decodes the percent-encoded bytes as UTF-8. Bytes that are not UTF-8 become U+FFFD.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%')) return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        var count = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1])
                && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[count++] = Convert.FromHexString([(char)bytes[i + 1], (char)bytes[i + 2]])[0];
                i += 2;
            }
            else
            {
                bytes[count++] = bytes[i];
            }
        }
        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
