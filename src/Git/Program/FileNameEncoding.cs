namespace Orchestrator.Git.Program;

/// <summary>
/// Converts between file names, which are bytes, and text. Names are decoded as UTF-8, and each invalid byte becomes one private-use
/// character (U+EF80 to U+EFFF). A character in that range that is part of a name becomes three such characters. Each name thus has a
/// unique text that JSON accepts, and the original bytes can be restored.
/// </summary>
public static class FileNameEncoding
{
    private const char FirstEscape = '\uEF80';
    private const char LastEscape = '\uEFFF';
    private const int LongestShown = 200;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes the bytes of a name.</summary>
    public static string Decode(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        while (name.Length > 0)
        {
            var isValid = Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (isValid && !IsEscape(rune.Value))
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var unit in name[..length])
                {
                    text.Append((char)(FirstEscape - 0x80 + unit));
                }
            }
            name = name[length..];
        }
        return text.ToString();
    }

    /// <summary>Restores the bytes of a name, or of a string that contains several names.</summary>
    public static byte[] Encode(string text)
    {
        if (IsUtf8(text))
        {
            return Encoding.UTF8.GetBytes(text);
        }
        var bytes = new List<byte>(text.Length + 16);
        Span<byte> units = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsEscape(rune.Value))
            {
                bytes.Add((byte)(rune.Value - FirstEscape + 0x80));
            }
            else
            {
                bytes.AddRange(units[..rune.EncodeToUtf8(units)]);
            }
        }
        return [.. bytes];
    }

    /// <summary>True if the name is valid UTF-8 and can be passed to a program that expects text.</summary>
    public static bool IsUtf8(string name) => !name.AsSpan().ContainsAnyInRange(FirstEscape, LastEscape);

    /// <summary>
    /// Formats a file name on one line for display and prompts. Shortens long names in the middle, and shows control characters and invalid
    /// bytes as <c>\xNN</c>.
    /// </summary>
    public static string Show(string name, int longest = LongestShown)
    {
        var text = new StringBuilder(Math.Min(name.Length, longest) + 16);
        foreach (var letter in name.Length <= longest ? name : name[..(longest / 2)] + "..." + name[^(longest / 2)..])
        {
            _ =
                IsEscape(letter) ? text.Append($"\\x{letter - FirstEscape + 0x80:X2}")
                : char.IsControl(letter) ? text.Append($"\\x{(int)letter:X2}")
                : text.Append(letter);
        }
        return text.ToString();
    }

    /// <summary>Lists the first few file names and the number of omitted ones, for use in a sentence.</summary>
    public static string List(IReadOnlyCollection<string> names, int most = 5) =>
        string.Join(", ", names.Take(most).Select(name => Show(name)))
        + (names.Count > most ? $" and {names.Count - most} more" : string.Empty);

    /// <summary>Splits NUL-separated git output (option <c>-z</c>) into decoded fields.</summary>
    internal static string[] Split(ReadOnlySpan<byte> output)
    {
        if (output.Length > 0 && output[^1] == 0)
        {
            output = output[..^1];
        }
        if (output.Length == 0)
        {
            return [];
        }
        try
        {
            var text = Strict.GetString(output);
            if (IsUtf8(text))
            {
                return text.Split('\0');
            }
        }
        catch (DecoderFallbackException)
        {
            // Each field is decoded separately, because an invalid sequence must not continue across a NUL.
        }
        var fields = new List<string>();
        foreach (var range in output.Split((byte)0))
        {
            fields.Add(Decode(output[range]));
        }
        return [.. fields];
    }

    private static bool IsEscape(int value) => value is >= FirstEscape and <= LastEscape;
}
