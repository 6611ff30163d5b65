namespace Orchestrator.Gates.Tampering;

/// <summary>A literal in source code. A word of a shell script counts as an unquoted literal.</summary>
internal readonly partial record struct ParsedSourceCodeLiteral(string Text, bool IsQuoted)
{
    public bool IsNumber => !IsQuoted && Text.Length > 0 && char.IsDigit(Text[0]);

    // Small numbers and short texts appear everywhere.
    public bool IsTelling => IsNumber ? Text.Length >= 2 : Text.Count(char.IsLetterOrDigit) >= 3;

    public bool IsTrivial => Text is "" or "0" or "1";

    public static ParsedSourceCodeLiteral Of(string source)
    {
        var text = source.TrimStart('r', '#', '-').TrimEnd('#');
        return text.Length >= 2 && text[0] is '"' or '\'' or '`' ? new(text.Trim(text[0]), true) : new(text, false);
    }

    /// <summary>Returns the literals in a piece of code. For a shell script, its words count as literals.</summary>
    public static IReadOnlySet<ParsedSourceCodeLiteral> In(string code, bool isShell) =>
        (isShell ? ShellWord().Matches(code) : TestDefinitionParser.Literals(code))
            .Select(match => Of(match.Value))
            .Where(value => isShell || value.IsQuoted || value.IsNumber)
            .ToHashSet();

    [GeneratedRegex(
        """'[^'\n]*'|"(?:[^"$\\\n]|\\.|\$(?!\())*"|(?<![$\w.%@+-])[\w.%@+-]*\w""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex ShellWord();
}
