namespace Orchestrator.Runs.Reports;

/// <summary>The section of a report that lists the actions that a run requires from users.</summary>
public static class RequiredUserActionSectionBuilder
{
    /// <summary>Appends the required actions as a section in Markdown, or nothing if there are none.</summary>
    public static EscapingMarkdownBuilder AppendTo(EscapingMarkdownBuilder text, IReadOnlyList<RequiredUserAction> steps)
    {
        if (steps.Count > 0)
        {
            text.Append($"\n## Needs attention\n");
        }
        foreach (var step in steps)
        {
            text.Append($"\n").AppendParagraph(step.What).Append($"\n");
            if (step.Each.Count > 0)
            {
                text.Append(step.Each.Select(each => EscapingMarkdownBuilder.Of($"- {each}\n"))).Append($"\n");
            }
            foreach (var command in step.Recommended)
            {
                text.AppendCommand(command);
            }
        }
        return text;
    }
}
