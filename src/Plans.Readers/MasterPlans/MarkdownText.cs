namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>A line of Markdown.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Text">Without line end.</param>
/// <param name="IsCode">Inside a code fence.</param>
/// <param name="Section">The nearest heading above, without its marks.</param>
/// <param name="Level">Level of a heading, from 1; 0 when the line is none.</param>
internal readonly record struct MarkdownLine(int Number, string Text, bool IsCode, string Section, int Level)
{
    /// <summary>The heading's text, without its marks.</summary>
    public string Heading => Text.TrimStart('#').Trim().TrimEnd('#').Trim();
}

/// <summary>Markdown by lines: front matter and comments left out, code fences marked.</summary>
internal static class MarkdownText
{
    /// <summary>The lines that say something. Those of fences themselves are left out.</summary>
    public static IReadOnlyList<MarkdownLine> Lines(string text)
    {
        string[] raw = text.Split('\n');
        var lines = new List<MarkdownLine>(raw.Length);
        string section = "";
        string? fence = null;
        bool inComment = false;
        for (int i = FrontMatterEnd(raw); i < raw.Length; i++)
        {
            string line = raw[i].TrimEnd('\r');
            string trimmed = line.TrimStart();
            if (fence is not null)
            {
                if (IsFenceEnd(trimmed, fence))
                {
                    fence = null;
                }
                else
                {
                    lines.Add(new MarkdownLine(i + 1, line, IsCode: true, section, 0));
                }

                continue;
            }

            line = WithoutComments(line, ref inComment);
            trimmed = line.TrimStart();
            if (Fence(trimmed) is { } opened)
            {
                fence = opened;
                continue;
            }

            int level = trimmed.Length - trimmed.TrimStart('#').Length;
            bool isHeading = level is > 0 and <= 6 && trimmed.Length > level && trimmed[level] is ' ' or '\t';
            if (isHeading)
            {
                section = Inline.Plain(trimmed[level..].Trim().TrimEnd('#').Trim());
            }

            lines.Add(new MarkdownLine(i + 1, line, IsCode: false, section, isHeading ? level : 0));
        }

        return lines;
    }

    private static int FrontMatterEnd(string[] lines)
    {
        if (lines[0].TrimEnd() != "---")
        {
            return 0;
        }

        int end = Array.FindIndex(lines, 1, l => l.TrimEnd() is "---" or "...");
        return end < 0 ? 0 : end + 1;
    }

    private static string? Fence(string line)
    {
        foreach (char mark in "`~")
        {
            int length = line.Length - line.TrimStart(mark).Length;
            if (length >= 3 && (mark == '~' || !line[length..].Contains('`', StringComparison.Ordinal)))
            {
                return new string(mark, length);
            }
        }

        return null;
    }

    private static bool IsFenceEnd(string line, string fence) => line.StartsWith(fence, StringComparison.Ordinal) && line.Trim().Trim(fence[0]).Length == 0;

    // Comments become spaces, so that places in the line stay true.
    private static string WithoutComments(string line, ref bool inComment)
    {
        if (!inComment && !line.Contains("<!--", StringComparison.Ordinal))
        {
            return line;
        }

        char[] kept = line.ToCharArray();
        for (int at = 0; at < line.Length;)
        {
            int end = line.IndexOf(inComment ? "-->" : "<!--", at, StringComparison.Ordinal);
            if (inComment)
            {
                int stop = end < 0 ? line.Length : end + 3;
                Array.Fill(kept, ' ', at, stop - at);
                inComment = end < 0;
                at = stop;
            }
            else
            {
                inComment = end >= 0;
                at = end < 0 ? line.Length : end;
            }
        }

        return new string(kept);
    }
}
