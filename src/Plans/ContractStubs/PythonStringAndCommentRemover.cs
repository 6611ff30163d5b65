namespace Orchestrator.Plans;

/// <summary>Removes strings and comments from Python source code, so that declarations can be compared.</summary>
internal static class PythonStringAndCommentRemover
{
    /// <summary>Replaces strings and comments with spaces so that only code remains. Offsets and line numbers do not change.</summary>
    public static string WithoutTexts(string source)
    {
        var code = source.ReplaceLineEndings("\n").ToCharArray();
        for (var at = 0; at < code.Length; )
        {
            var end = code[at] switch
            {
                '#' => EndOfLine(code, at),
                '"' or '\'' => Math.Min(EndOfString(code, at), code.Length),
                _ => -1,
            };
            if (end < 0)
            {
                at++;
            }
            for (; at < end; at++)
            {
                code[at] = code[at] == '\n' ? '\n' : ' ';
            }
        }
        return new string(code);
    }

    private static int EndOfLine(char[] code, int at)
    {
        var end = Array.IndexOf(code, '\n', at);
        return end < 0 ? code.Length : end;
    }

    private static int EndOfString(char[] code, int start)
    {
        var quote = code[start];
        var isLong = start + 2 < code.Length && code[start + 1] == quote && code[start + 2] == quote;
        for (var at = start + (isLong ? 3 : 1); at < code.Length; at++)
        {
            if (code[at] == '\\')
            {
                at++;
            }
            else if (!isLong && code[at] == '\n')
            {
                return at;
            }
            else if (code[at] == quote && (!isLong || (at + 2 < code.Length && code[at + 1] == quote && code[at + 2] == quote)))
            {
                return at + (isLong ? 3 : 1);
            }
        }
        return code.Length;
    }
}
