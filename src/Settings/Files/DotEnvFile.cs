namespace Orchestrator.Settings;

/// <summary>Parses the text of a <c>.env</c> file.</summary>
internal static class DotEnvFile
{
    /// <summary>
    /// Returns the variables of a <c>.env</c> file in order, with their line numbers. Ignores lines that are not assignments, as other
    /// parsers of such files do.
    /// </summary>
    public static IReadOnlyList<(string Name, string Value, int Line)> Read(string text)
    {
        var variables = new List<(string, string, int)>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.StartsWith("export ", StringComparison.Ordinal))
            {
                line = line[7..].TrimStart();
            }
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || line[0] == '#')
            {
                continue;
            }
            var name = line[..equals].TrimEnd();
            if (name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                variables.Add((name, Unquote(line[(equals + 1)..].Trim()), number));
            }
        }
        return variables;
    }

    // Quoted values are literal. In unquoted values, " #" starts a comment.
    private static string Unquote(string value)
    {
        if (value.Length >= 2 && value[0] is '"' or '\'' && value.IndexOf(value[0], 1) is > 0 and var end)
        {
            return value[1..end];
        }
        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? value : value[..comment].TrimEnd();
    }
}
