using Orchestrator.Gates.Secrets;

namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>
/// Summary of a message for display, with its sender, receiver and length. It contains the first line of the text, without secrets.
/// </summary>
/// <param name="Number">Number of the message within the run.</param>
/// <param name="Time">Time at which the message was sent, in UTC.</param>
/// <param name="From">The sender, which is a task id or a user name. Empty if the orchestrator sent the message.</param>
/// <param name="IsFromPerson">True if a user sent the message.</param>
/// <param name="To">Id of the receiving task, or null for all tasks except the sender.</param>
/// <param name="Size">Length of the whole message in characters.</param>
/// <param name="Text">The first line of the message, shortened and without secrets.</param>
public sealed record MailSummary(
    [property: JsonPropertyName("number")] long Number,
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("from")] string From,
    [property: JsonPropertyName("person")] bool IsFromPerson,
    [property: JsonPropertyName("to")] string? To,
    [property: JsonPropertyName("size")] int Size,
    [property: JsonPropertyName("text")] string Text
)
{
    private const int LongestText = 160;

    /// <summary>True if the given task sent the message or is one of its receivers.</summary>
    public bool Involves(string task) => To is null || To == task || (!IsFromPerson && From == task);

    /// <summary>Formats the summary as one line of text.</summary>
    public override string ToString() => $"mail from {Sender} to {To ?? "all"} ({Plural.Of(Size, "character")}): {Text}";

    private string Sender =>
        From.Length == 0 ? "the orchestrator"
        : IsFromPerson ? $"{From}, a person,"
        : $"task {From}";

    /// <summary>Parses a line of a run's mail file (see <see cref="Mailbox.PathOf"/>). Returns null if the line is invalid.</summary>
    public static MailSummary? Read(string line) =>
        StoredJsonReader.TryParse(line, AgentMailJsonContext.Default.AgentMailMessage) is { Text: not null, From: not null } message
            ? Of(message)
            : null;

    private static MailSummary Of(AgentMailMessage message)
    {
        // The whole text is searched for secrets, because the first line may contain only the start of one.
        var line = SecretScanner.Redact(message.Text).Trim().Split('\n', 2)[0].TrimEnd();
        return new MailSummary(
            message.Number,
            message.Time,
            message.From,
            message.IsFromPerson,
            message.To,
            message.Text.Length,
            QuotedText.Cut(line, LongestText)
        );
    }
}
