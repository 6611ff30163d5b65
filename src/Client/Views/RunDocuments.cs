using System.Text.Json.Serialization;

namespace Orchestrator.Client.Views;

/// <summary>Output of <c>diff RUN/TASK --json</c>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="Patch">Changes of the task as a git patch.</param>
/// <param name="IsCut">True if the patch is truncated because it is too long.</param>
public sealed record TaskDiffDocument(string RunId, string Task, string Patch, bool IsCut) : SchemaVersionedDocument
{
    /// <summary>Git revision of the diff's old version.</summary>
    public string From { get; init; } = "";

    /// <summary>Git revision of the diff's new version, or null if the new version includes uncommitted changes.</summary>
    public string? To { get; init; }
}

/// <summary>Output of <c>logs RUN/TASK --json</c>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="Start">Number of the agent run.</param>
/// <param name="Lines">The agent's output and actions as text lines for users.</param>
public sealed record AgentLogDocument(string RunId, string Task, int Start, IReadOnlyList<string> Lines) : SchemaVersionedDocument
{
    /// <summary>Number of earlier log lines that are omitted.</summary>
    public int LeftOut { get; init; }

    /// <summary>Number of the first line on this page. The first line of the log has the number 1.</summary>
    public int First { get; init; } = 1;

    /// <summary>Cursor of the next page, or null if this page contains the last line.</summary>
    public string? Next { get; init; }

    /// <summary>Returns a page of the document's lines.</summary>
    /// <param name="after">Number of the last line that is skipped.</param>
    /// <param name="limit">Maximum number of lines, at least 1.</param>
    public AgentLogDocument Page(int after, int limit)
    {
        var skipped = Math.Clamp(after - First + 1, 0, Lines.Count);
        var last = First + skipped + (long)limit - 1;
        return this with
        {
            First = First + skipped,
            Lines = [.. Lines.Skip(skipped).Take(limit)],
            Next = last < First + Lines.Count - 1 ? last.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
        };
    }
}

/// <summary>Output of <c>history --json</c>.</summary>
/// <param name="Count">Total number of runs.</param>
/// <param name="Runs">Most recent runs, up to the requested number.</param>
public sealed record RunListDocument(int Count, IReadOnlyList<RunListEntry> Runs) : SchemaVersionedDocument
{
    /// <summary>Cursor of the next page, or null if this page contains the oldest run.</summary>
    public string? Next { get; init; }
}

/// <summary>Summary of a run.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Title">Title of the run.</param>
/// <param name="State">State of the run.</param>
/// <param name="Standing">Liveness of the run.</param>
/// <param name="StartedAt">Time at which the run started.</param>
/// <param name="UpdatedAt">Time of the last transition.</param>
/// <param name="Counts">Numbers of tasks by outcome.</param>
/// <param name="Cost">Cost in US dollars.</param>
public sealed record RunListEntry(
    string RunId,
    string Title,
    string State,
    string Standing,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    RunTaskCounts Counts,
    decimal Cost
)
{
    /// <summary>Expected cost and duration of the run. Null if there is no forecast, or if it was not requested.</summary>
    public RunForecast? Forecast { get; init; }

    /// <summary>Names and identities of the hosts that executed tasks, other than the owner host, or null if there were none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Hosts { get; init; }

    public static RunListEntry Of(RunStatus run) =>
        new(
            run.RunId,
            run.Title,
            run.State,
            run.Standing ?? RunLivenessClassifier.Of(run),
            run.StartedAt,
            run.UpdatedAt,
            run.Counts ?? RunTaskCounts.Of(run),
            run.Cost
        )
        {
            Hosts = run.Tasks.Select(task => task.Host).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList()
                is { Count: > 0 } hosts
                ? hosts
                : null,
        };
}
