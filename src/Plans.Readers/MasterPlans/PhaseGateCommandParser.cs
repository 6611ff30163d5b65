namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Parses a gate in a phase file, which is a command with an optional description.</summary>
internal static class PhaseGateCommandParser
{
    /// <summary>Splits a gate into command and description: <c>`pytest -q`: all pass</c>, <c>**pytest**: all pass</c>, <c>npm run
    /// test:unit: all pass</c>.</summary>
    public static (string Command, string? Description) Split(string text)
    {
        var unbold =
            text.StartsWith("**", StringComparison.Ordinal) && text.IndexOf("**", 2, StringComparison.Ordinal) is > 2 and var end
                ? text[2..end].TrimEnd(':') + (text[2..end].EndsWith(':') ? ":" : "") + text[(end + 2)..]
                : text;
        if (unbold.StartsWith('`') && unbold.IndexOf('`', 1) is > 1 and var close)
        {
            return (unbold[1..close].Trim(), Description(unbold[(close + 1)..]));
        }
        var colon = ColonAfterCommand(unbold);
        return colon >= 0 ? (unbold[..colon].Trim(), Description(unbold[colon..])) : (unbold.TrimEnd(':').Trim(), null);
    }

    // Finds the first colon outside of shell quotes, as in: grep 'a: b' c: found.
    private static int ColonAfterCommand(string text)
    {
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            if (quote == '\0' && text.AsSpan(i).StartsWith(": "))
            {
                return i;
            }
            quote =
                text[i] is not ('"' or '\'') ? quote
                : quote == '\0' ? text[i]
                : quote == text[i] ? '\0'
                : quote;
        }
        return quote == '\0' ? -1 : text.IndexOf(": ", StringComparison.Ordinal);
    }

    private static string? Description(string rest)
    {
        var text = InlineMarkdownParser.Plain(rest.Trim().TrimStart(':', '-', '–', '—').Trim());
        return text.Length == 0 ? null : text;
    }
}
