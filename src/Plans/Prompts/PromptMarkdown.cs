namespace Orchestrator.Plans;

/// <summary>Markdown of prompts: lists, code, quotations.</summary>
public static class PromptMarkdown
{
    /// <summary>A heading of the first level.</summary>
    public static StringBuilder Heading(StringBuilder text, string heading) => text.Append("\n# ").Append(heading).Append("\n\n");

    /// <summary>A list of code.</summary>
    public static void Items(StringBuilder text, IReadOnlyList<string> items)
    {
        foreach (var item in items)
        {
            text.Append("- ").Append(InlineCode(item)).Append('\n');
        }
    }

    /// <summary>Code within a line.</summary>
    public static string InlineCode(string code)
    {
        var line = new UntrustedText(code).Line;
        return line.Contains('`', StringComparison.Ordinal) ? $"`` {line} ``" : $"`{line}`";
    }

    /// <summary>A quotation.</summary>
    public static string Quoted(string words) => new UntrustedText(words).Quotation;

    /// <summary>A block of code that its content can't close.</summary>
    public static void Fenced(StringBuilder text, string content, string language)
    {
        // A fence longer than any run of backticks inside can't be closed by the content.
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
