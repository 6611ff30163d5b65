namespace Orchestrator.Settings;

/// <summary>Converts raw values to typed values, and reports errors with their lines.</summary>
internal static class SettingValueParser
{
    public static bool ReadRegion(YamlOrJsonNode raw, FaultSink faults, out string? value)
    {
        if (!ReadText(raw, faults, out value!))
        {
            return false;
        }
        if (value.Length > 0 && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            return true;
        }
        faults($"'{value}' is not the name of an AWS region.", raw.Line);
        return false;
    }

    public static bool ReadBranchPart(YamlOrJsonNode raw, FaultSink faults, out string value)
    {
        if (!ReadText(raw, faults, out value))
        {
            return false;
        }
        var text = value;
        var isFit =
            text.Split('/')
                .All(part =>
                    part.Length > 0
                    && part[0] is not ('.' or '-')
                    && part[^1] != '.'
                    && !part.EndsWith(".lock", StringComparison.OrdinalIgnoreCase)
                )
            && !text.Contains("..", StringComparison.Ordinal)
            && !text.Contains("@{", StringComparison.Ordinal)
            && !text.Any(c => char.IsControl(c) || c is ' ' or '~' or '^' or ':' or '?' or '*' or '[' or '\\');
        if (!isFit)
        {
            faults($"git accepts no branch whose name begins with '{text}/'.", raw.Line);
        }
        return isFit;
    }

    public static bool ReadScalar<T>(YamlOrJsonNode raw, string accepts, FaultSink faults, out T value, Func<string, T?> parse)
        where T : struct
    {
        if (raw is ScalarNode scalar && parse(scalar.Text.Trim()) is { } read)
        {
            value = read;
            return true;
        }
        value = default;
        faults($"'{YamlOrJsonNodeFormatter.Of(raw)}' is not {accepts}.", raw.Line);
        return false;
    }

    public static bool ReadText(YamlOrJsonNode raw, FaultSink faults, out string value)
    {
        value = raw is ScalarNode scalar ? YamlOrJsonNodeFormatter.Of(scalar) : "";
        if (raw is ScalarNode && value.Length > 0)
        {
            return true;
        }
        faults(raw is ScalarNode ? "it is empty." : $"'{YamlOrJsonNodeFormatter.Of(raw)}' is not a single string.", raw.Line);
        return false;
    }

    public static bool ReadSwitch(YamlOrJsonNode raw, FaultSink faults, out bool value) =>
        ReadScalar(raw, "true or false", faults, out value, BooleanParser.Read);

    // A single text counts as a list with one item. In variables and flags, commas separate the items.
    public static bool ReadTexts(YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<string> value)
    {
        var texts = new List<string>();
        value = texts;
        if (raw is ScalarNode scalar)
        {
            texts.AddRange(
                scalar.Line > 0
                    ? [scalar.Text]
                    : scalar.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            );
            return true;
        }
        if (raw is not SequenceNode list)
        {
            faults($"'{YamlOrJsonNodeFormatter.Of(raw)}' is not a list of strings.", raw.Line);
            return false;
        }
        var good = true;
        foreach (var item in list.Items)
        {
            good &= ReadText(item, faults, out var text);
            texts.Add(text);
        }
        return good;
    }

    public static bool ReadFolders(YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<string>? value)
    {
        var good = ReadTexts(raw, faults, out var texts);
        value = [.. texts.Select(text => text.Trim('/'))];
        foreach (var text in texts.Where(text => text.Length > 0 && !IsInside(text)))
        {
            faults($"'{text}' is not a folder inside the repository. Write it relative to the root, such as packages/a/build.", raw.Line);
            good = false;
        }
        return good;
    }

    private static bool IsInside(string folder) =>
        folder[0] is not ('/' or '~')
        && folder
            .TrimEnd('/')
            .Split('/')
            .All(part => part is not ("" or "." or "..") && !part.Equals(".git", StringComparison.OrdinalIgnoreCase));

    public static bool ReadSecret(YamlOrJsonNode raw, FaultSink faults, out SecretReference? value)
    {
        value = null;
        if (!ReadText(raw, faults, out var text))
        {
            return false;
        }
        if (text.StartsWith('$') && text.Length > 1)
        {
            value = new SecretReference(text.TrimStart('$').Trim('{', '}'), null);
        }
        else if (text.StartsWith("file:", StringComparison.Ordinal) && text.Length > 5)
        {
            value = new SecretReference(null, text[5..]);
        }
        else
        {
            faults("the secret itself must not be written here.", raw.Line);
        }
        return value is not null;
    }
}
