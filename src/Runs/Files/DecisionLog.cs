namespace Orchestrator.Runs;

/// <summary>The section of a report about decisions of people in a run: who, when and from where.</summary>
public static class DecisionLog
{
    private const int Most = 60;

    /// <summary>The section as Markdown; empty where there are no decisions.</summary>
    /// <param name="events">The file of the run's events.</param>
    public static MarkdownText Render(string events)
    {
        var said = RunEvents.Read(events, having: "\"by\":").Where(item => item.By is not null).ToList();
        if (said.Count == 0)
        {
            return new MarkdownText();
        }
        return new MarkdownText()
            .Append($"\n## What persons have decided\n\n")
            .Append(
                said.TakeLast(Most)
                    .Select(item =>
                        MarkdownText.Of($"- {item.Time:yyyy-MM-dd HH:mm:ss} UTC, {item.By}: {item.Task ?? "run"}: {item.Reason}\n")
                    )
            );
    }
}
