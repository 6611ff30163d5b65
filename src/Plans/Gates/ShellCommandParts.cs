namespace Orchestrator.Plans;

/// <summary>A shell command split at its operators, taking quotes, brackets and escapes into account.</summary>
/// <param name="Commands">Commands between the operators. There is always one command more than operators.</param>
/// <param name="Separators">Operators between the commands: <c>&amp;&amp;</c>, <c>||</c>, <c>;</c>, <c>|</c>, <c>&amp;</c> or a line
/// end.</param>
internal sealed record ShellCommandParts(IReadOnlyList<string> Commands, IReadOnlyList<string> Separators)
{
    public static ShellCommandParts Of(string text)
    {
        var commands = new List<string>();
        var separators = new List<string>();
        var start = 0;
        var depth = 0;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'')
            {
                i++;
            }
            else if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"' or '`')
            {
                quote = c;
            }
            else if (c is '(' or '{')
            {
                depth++;
            }
            else if (c is ')' or '}')
            {
                depth--;
            }
            else if (depth <= 0 && OperatorAt(text, i) is { } found)
            {
                commands.Add(text[start..i].Trim());
                separators.Add(found);
                i += found.Length - 1;
                start = i + 1;
            }
        }
        var last = text[start..].Trim();
        if (last.Length > 0 || separators.Count == 0 || separators[^1] == "&")
        {
            commands.Add(last);
        }
        else
        {
            // A trailing ';' or line end does not separate commands.
            separators.RemoveAt(separators.Count - 1);
        }
        return new ShellCommandParts(commands, separators);
    }

    private static string? OperatorAt(string text, int at)
    {
        var c = text[at];
        var next = at + 1 < text.Length ? text[at + 1] : '\0';
        var before = at > 0 ? text[at - 1] : '\0';
        return c switch
        {
            '&' when next == '&' => "&&",
            '|' when next == '|' => "||",
            ';' => ";",
            '\n' => "\n",
            '|' => "|",

            // "2>&1" and "&>file" are redirections.
            '&' when before is not ('>' or '<') && next != '>' => "&",
            _ => null,
        };
    }
}
