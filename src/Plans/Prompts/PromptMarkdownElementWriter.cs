namespace Orchestrator.Plans;

/// <summary>Renders Markdown for prompts, such as lists, code and quotations.</summary>
public static class PromptMarkdownElementWriter
{
    /// <summary>Appends a first-level heading.</summary>
    public static StringBuilder Heading(StringBuilder text, string heading) => text.Append("\n# ").Append(heading).Append("\n\n");

    /// <summary>Appends a list of inline code items.</summary>
    public static void Items(StringBuilder text, IReadOnlyList<string> items)
    {
        foreach (var item in items)
        {
            text.Append("- ").Append(InlineCode(item)).Append('\n');
        }
    }

    /// <summary>Formats text as inline code.</summary>
    public static string InlineCode(string code)
    {
        var line = new UntrustedText(code).Line;
        return line.Contains('`', StringComparison.Ordinal) ? $"`` {line} ``" : $"`{line}`";
    }

    /// <summary>Formats text as a quotation.</summary>
    public static string Quoted(string words) => new UntrustedText(words).Quotation;

    /// <summary>Appends a fenced code block that its content can't close.</summary>
    public static void Fenced(StringBuilder text, string content, string language)
    {
        // The content can't close a fence that is longer than any run of backticks inside.
        var longest = 0;
        var run = 0;
        foreach (var c in content)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        string fence = new('`', Math.Max(3, longest + 1));
        text.Append(fence)
            .Append(language)
            .Append('\n')
            .Append(new UntrustedText(content.TrimEnd()).ToString())
            .Append('\n')
            .Append(fence)
            .Append('\n');
    }
}
