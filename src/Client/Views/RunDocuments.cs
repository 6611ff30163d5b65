using System.Text.Json.Serialization;

namespace Orchestrator.Client.Views;

/// <summary>Answer of <c>diff RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task.</param>
/// <param name="Patch">What it changed, as git prints it.</param>
/// <param name="IsCut">The change is longer than what is given.</param>
public sealed record DiffDocument(string RunId, string Task, string Patch, bool IsCut) : Document;

/// <summary>Answer of <c>logs RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task.</param>
/// <param name="Start">Number of the agent start.</param>
/// <param name="Lines">What the agent wrote and did, for people.</param>
public sealed record LogDocument(string RunId, string Task, int Start, IReadOnlyList<string> Lines) : Document
{
    /// <summary>Lines before these that are not in the document.</summary>
    public int LeftOut { get; init; }
}

/// <summary>Answer of <c>history --json</c>.</summary>
/// <param name="Count">Runs that there are.</param>
/// <param name="Runs">The latest, as many as were asked for.</param>
public sealed record HistoryDocument(int Count, IReadOnlyList<HistoryEntry> Runs) : Document;

/// <summary>A run in short.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="Title">What it is about.</param>
/// <param name="State">One of <see cref="RunStates"/>.</param>
/// <param name="Standing">One of <see cref="RunLiveness"/>.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="UpdatedAt">Its last transition.</param>
/// <param name="Counts">What became of its tasks.</param>
/// <param name="Cost">US dollars.</param>
public sealed record HistoryEntry(
    string RunId,
    string Title,
    string State,
    string Standing,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    RunCounts Counts,
    decimal Cost
)
{
    /// <summary>The expected cost and time of the run; null: nothing was expected, or it was not requested.</summary>
    public RunForecast? Forecast { get; init; }

    /// <summary>Names and identities of the hosts that its tasks were done on beside its own machine; left out where there were
    /// none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Hosts { get; init; }

    public static HistoryEntry Of(RunStatus run) =>
        new(
            run.RunId,
            run.Title,
            run.State,
            run.Standing ?? RunLiveness.Of(run),
            run.StartedAt,
            run.UpdatedAt,
            run.Counts ?? RunCounts.Of(run),
            run.Cost
        )
        {
            Hosts = run.Tasks.Select(task => task.Host).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList()
                is { Count: > 0 } hosts
                ? hosts
                : null,
        };
}
