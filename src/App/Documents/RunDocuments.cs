using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>show RUN/TASK --json</c>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Task">Current status of the task.</param>
/// <param name="Events">Events of the task, oldest first.</param>
/// <param name="Models">The model that worked on each attempt.</param>
/// <param name="Kept">Refs and folders that keep uncommitted work of the task.</param>
/// <param name="Mail">Messages to and from the task's agent.</param>
public sealed record TaskDocument(
    string RunId,
    RunTaskStatus Task,
    IReadOnlyList<RunEvent> Events,
    IReadOnlyList<AttemptLanguageModel> Models,
    IReadOnlyList<string> Kept,
    IReadOnlyList<MailSummary> Mail
) : SchemaVersionedDocument;

/// <summary>Output of <c>collect --json</c>.</summary>
/// <param name="Runs">The runs, in the order in which the user named them.</param>
public sealed record CollectDocument(IReadOnlyList<RunResultSummary> Runs) : SchemaVersionedDocument;

/// <summary>A message to an agent, as shown in the output of <c>events</c>. The message is not an event and has no event number.</summary>
/// <param name="Time">Time at which the message was sent.</param>
/// <param name="Task">Id of the receiving task, or null for all tasks.</param>
/// <param name="State">Always <c>mail</c>.</param>
/// <param name="Reason">Sentence that describes the message.</param>
/// <param name="Mail">The message.</param>
public sealed record MailLine(DateTimeOffset Time, string? Task, string State, string Reason, MailSummary Mail);
