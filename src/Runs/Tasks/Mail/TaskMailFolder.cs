namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>Mail folder of one task, with its agent's read position and outgoing messages. Only this task's agent can write there, so the
/// folder proves the sender. A confined agent cannot write the run's mail. Its messages wait here until the orchestrator that follows it
/// delivers them.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="time">The clock.</param>
public sealed class TaskMailFolder(RunFolder folder, string task, TimeProvider time)
{
    private const string Letters = "letters";
    private const int LargestLetter = 64 * 1024;
    private const int MostAtOnce = 2 * MailRules.MostInWindow;
    private readonly string _path = Of(folder, task);

    /// <summary>Returns the absolute path of a task's mail folder.</summary>
    public static string Of(RunFolder folder, string task) => Path.Combine(folder.Task(task), "mail");

    /// <summary>Stores an outgoing message for delivery. It is on disk when this returns.</summary>
    /// <exception cref="IOException">The message cannot be written.</exception>
    internal MailReceipt Leave(OutgoingMail letter)
    {
        var refusal = MailRules.Refusal(letter.Text) is { Length: > 0 } bad ? bad : new Mailbox(folder, time).RefusalNow(letter);
        if (refusal.Length > 0)
        {
            return new MailReceipt(refusal, 0);
        }
        var now = time.GetUtcNow();
        var name = $"{now.UtcTicks:d20}-{Guid.NewGuid():n}.json";
        var content = new WaitingMail(letter.To, letter.Text, letter.Call);
        DurableFile.Write(
            Path.Combine(_path, Letters, name),
            JsonSerializer.SerializeToUtf8Bytes(content, WaitingMailJson.Default.WaitingMail)
        );
        return new MailReceipt("", 0);
    }

    /// <summary>Delivers the waiting messages. A crash in between delivers none twice.</summary>
    /// <param name="stop">Cancels between messages.</param>
    /// <returns>The reasons why messages were not delivered, each a sentence.</returns>
    public async Task<IReadOnlyList<string>> DeliverAsync(CancellationToken stop)
    {
        var refused = new List<string>();
        var files = new WorktreeFiles(_path);
        foreach (var name in files.List(Letters).Order(StringComparer.Ordinal).Take(MostAtOnce))
        {
            stop.ThrowIfCancellationRequested();
            var path = $"{Letters}/{name}";
            if (!name.EndsWith(".json", StringComparison.Ordinal))
            {
                continue; // Not written to its end yet.
            }
            if (
                files.TryRead(path, LargestLetter) is { } bytes
                && StoredJson.TryParse(bytes, WaitingMailJson.Default.WaitingMail) is { Text: not null } letter
            )
            {
                var sent = await new Mailbox(folder, time).SendAsync(
                    new OutgoingMail(task, IsFromPerson: false, letter.To, letter.Text) { Call = letter.Call ?? name },
                    stop
                );
                if (!sent.IsTaken)
                {
                    refused.Add(sent.Refusal);
                }
            }
            else
            {
                refused.Add($"A mail file of the agent of task {task} is not valid.");
            }
            files.RemoveFile(path);
        }
        return refused;
    }
}

/// <summary>A message that waits for delivery.</summary>
/// <param name="To">Id of the receiving task, or null for all tasks.</param>
/// <param name="Text">Text of the message.</param>
/// <param name="Call">Id of the tool call that sent it, or null if none.</param>
internal sealed record WaitingMail(
    [property: JsonPropertyName("to")] string? To,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("call")] string? Call
);

[JsonSerializable(typeof(WaitingMail))]
internal sealed partial class WaitingMailJson : JsonSerializerContext;
