using Orchestrator.Messages;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Cli.Documents;

/// <summary>Answer of <c>show RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task as it is.</param>
/// <param name="Events">Its transitions in order.</param>
/// <param name="Models">Which model worked on which attempt.</param>
/// <param name="Kept">Where uncommitted work of the task is kept.</param>
/// <param name="Mail">Messages to its agent and from it.</param>
internal sealed record TaskDocument(
    string RunId,
    RunTask Task,
    IReadOnlyList<RunEvent> Events,
    IReadOnlyList<AttemptModel> Models,
    IReadOnlyList<string> Kept,
    IReadOnlyList<MailSummary> Mail
) : Document;

/// <summary>Answer of <c>diff RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task.</param>
/// <param name="Patch">What it changed, as git prints it.</param>
/// <param name="IsCut">The change is longer than what is given.</param>
internal sealed record DiffDocument(string RunId, string Task, string Patch, bool IsCut) : Document;

/// <summary>Answer of <c>logs RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task.</param>
/// <param name="Start">Number of the agent start.</param>
/// <param name="Lines">What the agent wrote and did, for people.</param>
internal sealed record LogDocument(string RunId, string Task, int Start, IReadOnlyList<string> Lines) : Document
{
    /// <summary>Lines before these that are not in the document.</summary>
    public int LeftOut { get; init; }
}

/// <summary>Answer of <c>history --json</c>.</summary>
/// <param name="Count">Runs that there are.</param>
/// <param name="Runs">The latest, as many as were asked for.</param>
internal sealed record HistoryDocument(int Count, IReadOnlyList<HistoryEntry> Runs) : Document;

/// <summary>A run in short.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="Title">What it is about.</param>
/// <param name="State">One of <see cref="RunStates"/>.</param>
/// <param name="Standing">One of <see cref="RunLiveness"/>.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="UpdatedAt">Its last transition.</param>
/// <param name="Counts">What became of its tasks.</param>
/// <param name="Cost">US dollars.</param>
internal sealed record HistoryEntry(
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
        );
}

/// <summary>A message among the lines of <c>events</c>. It is no transition and has no number.</summary>
/// <param name="Time">When it was sent.</param>
/// <param name="Task">The task it is for; null: all.</param>
/// <param name="State">Always <c>mail</c>.</param>
/// <param name="Reason">In a sentence.</param>
/// <param name="Mail">The message.</param>
internal sealed record MailLine(DateTimeOffset Time, string? Task, string State, string Reason, MailSummary Mail);
