using Orchestrator.Messages;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>show RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task as it is.</param>
/// <param name="Events">Its transitions in order.</param>
/// <param name="Models">Which model worked on which attempt.</param>
/// <param name="Kept">Where uncommitted work of the task is kept.</param>
/// <param name="Mail">Messages to its agent and from it.</param>
public sealed record TaskDocument(
    string RunId,
    RunTask Task,
    IReadOnlyList<RunEvent> Events,
    IReadOnlyList<AttemptModel> Models,
    IReadOnlyList<string> Kept,
    IReadOnlyList<MailSummary> Mail
) : Document;

/// <summary>Answer of <c>collect --json</c>.</summary>
/// <param name="Runs">The runs, as they were named.</param>
public sealed record CollectDocument(IReadOnlyList<Orchestrator.Runs.Reports.CollectedRun> Runs) : Document;

/// <summary>A message among the lines of <c>events</c>. It is no transition and has no number.</summary>
/// <param name="Time">When it was sent.</param>
/// <param name="Task">The task it is for; null: all.</param>
/// <param name="State">Always <c>mail</c>.</param>
/// <param name="Reason">In a sentence.</param>
/// <param name="Mail">The message.</param>
public sealed record MailLine(DateTimeOffset Time, string? Task, string State, string Reason, MailSummary Mail);
