using Orchestrator.Gates.Secrets;

namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>A message for people: sender, receiver, length, and its first line without secrets.</summary>
/// <param name="Number">Its place among all messages of the run.</param>
/// <param name="Time">When it was sent, UTC.</param>
/// <param name="From">A task, or a person's user name; empty: the orchestrator.</param>
/// <param name="IsFromPerson">A person sent it.</param>
/// <param name="To">The receiving task; null: every task but the sender's.</param>
/// <param name="Size">Characters of the whole.</param>
/// <param name="Text">Its first line, cut, without secrets.</param>
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

    /// <summary>True if a task is its receiver or sender.</summary>
    public bool Concerns(string task) => To is null || To == task || (!IsFromPerson && From == task);

    /// <summary>The summary as a line of text.</summary>
    public override string ToString() => $"mail from {Sender} to {To ?? "all"} ({Plural.Of(Size, "character")}): {Text}";

    private string Sender =>
        From.Length == 0 ? "the orchestrator"
        : IsFromPerson ? $"{From}, a person,"
        : $"task {From}";

    /// <summary>Parses a line of a run's mail (<see cref="Mailbox.PathOf"/>); null where it can't be read.</summary>
    public static MailSummary? Read(string line) =>
        StoredJson.TryParse(line, MailJson.Default.MailMessage) is { Text: not null, From: not null } message ? Of(message) : null;

    private static MailSummary Of(MailMessage message)
    {
        // Secrets are searched in the whole text: a first line may be the beginning of one.
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
