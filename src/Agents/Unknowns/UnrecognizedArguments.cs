namespace Orchestrator.Agents.Unknowns;

/// <summary>Finds arguments that a program did not recognize, based on the error text that it printed.</summary>
internal static class UnrecognizedArguments
{
    private static readonly string[] Complaints =
    [
        "unexpected",
        "unknown",
        "unrecognized",
        "unrecognised",
        "invalid option",
        "no such option",
    ];

    private static readonly string[] HelpWords = ["usage:", "options:", "--help"];

    /// <summary>Returns the unrecognized flags in command-line order. Empty if the program refused its command line for another
    /// reason.</summary>
    /// <param name="arguments">Arguments of the program.</param>
    /// <param name="errorText">Text printed by the program.</param>
    internal static IReadOnlyList<string> Find(IEnumerable<string> arguments, string errorText)
    {
        var flags = arguments
            .Where(argument => argument.Length > 1 && argument[0] == '-' && argument.TrimStart('-').Length > 0)
            .Select(argument => argument.Split('=')[0])
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var complaints = errorText
            .Split('\n')
            .Where(line => Complaints.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        List<string> named = [.. flags.Where(flag => complaints.Exists(line => Has(line, flag) || Has(line, flag.TrimStart('-'))))];
        if (named.Count > 0)
        {
            return named;
        }
        // Some programs print their help instead. An unrecognized flag is missing in the help.
        return complaints.Count == 0 && HelpWords.Any(word => errorText.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? [.. flags.Where(flag => !Has(errorText, flag))]
            : [];
    }

    /// <summary>True if the text contains the given word, and not only as part of a longer word.</summary>
    private static bool Has(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || !IsPart(text[at - 1])) && (end == text.Length || !IsPart(text[end])))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsPart(char c) => char.IsLetterOrDigit(c) || c is '-' or '_';
}
