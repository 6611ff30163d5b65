using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>show RUN/TASK --json</c>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Task">Current status of the task.</param>
/// <param name="Events">Transitions of the task in order.</param>
/// <param name="Models">Model of each attempt.</param>
/// <param name="Kept">Locations of uncommitted work that was retained for the task.</param>
/// <param name="Mail">Messages to and from the task's agent.</param>
public sealed record TaskDocument(
    string RunId,
    RunTask Task,
    IReadOnlyList<RunEvent> Events,
    IReadOnlyList<AttemptModel> Models,
    IReadOnlyList<string> Kept,
    IReadOnlyList<MailSummary> Mail
) : Document;

/// <summary>Output of <c>collect --json</c>.</summary>
/// <param name="Runs">The runs, in the order in which they were named.</param>
public sealed record CollectDocument(IReadOnlyList<Orchestrator.Runs.Reports.CollectedRun> Runs) : Document;

/// <summary>A message among the lines of <c>events</c>. It is not a transition and has no number.</summary>
/// <param name="Time">Time at which it was sent.</param>
/// <param name="Task">Id of the receiving task, or null for all tasks.</param>
/// <param name="State">Always <c>mail</c>.</param>
/// <param name="Reason">Description of the message in a sentence.</param>
/// <param name="Mail">The message.</param>
public sealed record MailLine(DateTimeOffset Time, string? Task, string State, string Reason, MailSummary Mail);
