using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Cli.Documents;

/// <summary>A message among the lines of <c>events</c>. It is no transition and has no number.</summary>
/// <param name="Time">When it was sent.</param>
/// <param name="Task">The task it is for; null: all.</param>
/// <param name="State">Always <c>mail</c>.</param>
/// <param name="Reason">In a sentence.</param>
/// <param name="Mail">The message.</param>
internal sealed record MailLine(DateTimeOffset Time, string? Task, string State, string Reason, MailSummary Mail);
