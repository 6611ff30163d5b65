using Orchestrator.Gates.Secrets;

namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>Display form of a message, with its sender, receiver, length, and first line without secrets.</summary>
/// <param name="Number">Number of the message in the run.</param>
/// <param name="Time">Time at which it was sent (UTC).</param>
/// <param name="From">A task id or a user name; empty for the orchestrator.</param>
/// <param name="IsFromPerson">True if a user sent it.</param>
/// <param name="To">Id of the receiving task, or null for all tasks except the sender.</param>
/// <param name="Size">Number of characters of the whole message.</param>
/// <param name="Text">The first line, shortened and without secrets.</param>
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

    /// <summary>True if a task is the receiver or sender.</summary>
    public bool Concerns(string task) => To is null || To == task || (!IsFromPerson && From == task);

    /// <summary>Formats the summary as a line of text.</summary>
    public override string ToString() => $"mail from {Sender} to {To ?? "all"} ({Plural.Of(Size, "character")}): {Text}";

    private string Sender =>
        From.Length == 0 ? "the orchestrator"
        : IsFromPerson ? $"{From}, a person,"
        : $"task {From}";

    /// <summary>Parses a line of a run's mail (<see cref="Mailbox.PathOf"/>); null if it is invalid.</summary>
    public static MailSummary? Read(string line) =>
        StoredJson.TryParse(line, MailJson.Default.MailMessage) is { Text: not null, From: not null } message ? Of(message) : null;

    private static MailSummary Of(MailMessage message)
    {
        // The whole text is searched, because the first line may be only the start of a secret.
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
