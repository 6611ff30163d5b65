namespace Orchestrator.Runs;

/// <summary>Renders the report section that lists users' decisions about a run, each with its user, time and origin.</summary>
public static class DecisionLog
{
    private const int Most = 60;

    /// <summary>Renders the section as Markdown. Returns empty text if users made no decisions.</summary>
    /// <param name="events">Path of the run's event file.</param>
    public static EscapingMarkdownBuilder Render(string events)
    {
        var said = RunEventFileReader.Read(events, having: "\"by\":").Where(item => item.By is not null).ToList();
        if (said.Count == 0)
        {
            return new EscapingMarkdownBuilder();
        }
        return new EscapingMarkdownBuilder()
            .Append($"\n## Decisions by users\n\n")
            .Append(
                said.TakeLast(Most)
                    .Select(item =>
                        EscapingMarkdownBuilder.Of(
                            $"- {item.Time:yyyy-MM-dd HH:mm:ss} UTC, {item.By}: {item.Task ?? "run"}: {item.Reason}\n"
                        )
                    )
            );
    }
}
