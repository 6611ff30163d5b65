namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>
/// The message folder of one task, with its agent's read position and outgoing messages. Of all sandboxed agents, only this task's agent
/// can write to the folder, so the folder proves the sender. The orchestrator process that monitors the agent delivers the messages,
/// because a sandboxed agent can't write to the run's message file.
/// </summary>
/// <param name="folder">Folder of the run.</param>
/// <param name="time">The clock.</param>
public sealed class TaskMailFolder(RunFolder folder, string task, TimeProvider time)
{
    private const string Letters = "letters";
    private const int LargestLetter = 64 * 1024;
    private const int MostAtOnce = 2 * MailLimits.MostInWindow;
    private readonly string _path = Of(folder, task);

    /// <summary>Returns the absolute path of a task's mail folder.</summary>
    public static string Of(RunFolder folder, string task) => Path.Combine(folder.Task(task), "mail");

    /// <summary>Stores an outgoing message unless a limit forbids it. A stored message is on disk when the method returns.</summary>
    /// <exception cref="IOException">The message cannot be written.</exception>
    public AgentMailSendResult StoreOutgoing(OutgoingAgentMailMessage letter)
    {
        var refusal = MailLimits.Refusal(letter.Text) is { Length: > 0 } bad ? bad : new Mailbox(folder, time).RefusalNow(letter);
        if (refusal.Length > 0)
        {
            return new AgentMailSendResult(refusal, 0);
        }
        var now = time.GetUtcNow();
        var name = $"{now.UtcTicks:d20}-{Guid.NewGuid():n}.json";
        var content = new UndeliveredMail(letter.To, letter.Text, letter.Call);
        DurableFile.Write(
            Path.Combine(_path, Letters, name),
            JsonSerializer.SerializeToUtf8Bytes(content, UndeliveredMailJsonContext.Default.UndeliveredMail)
        );
        return new AgentMailSendResult("", 0);
    }

    /// <summary>Delivers the stored messages. After a crash, no message is delivered twice.</summary>
    /// <param name="stop">Cancels between messages.</param>
    /// <returns>One sentence for each message that could not be delivered.</returns>
    public async Task<IReadOnlyList<string>> DeliverAsync(CancellationToken stop)
    {
        var refused = new List<string>();
        var files = new WorktreeFileReaderAndWriter(_path);
        foreach (var name in files.List(Letters).Order(StringComparer.Ordinal).Take(MostAtOnce))
        {
            stop.ThrowIfCancellationRequested();
            var path = $"{Letters}/{name}";
            if (!name.EndsWith(".json", StringComparison.Ordinal))
            {
                continue; // The agent has not finished writing the message.
            }
            if (
                files.TryRead(path, LargestLetter) is { } bytes
                && StoredJsonReader.TryParse(bytes, UndeliveredMailJsonContext.Default.UndeliveredMail) is { Text: not null } letter
            )
            {
                var sent = await new Mailbox(folder, time).SendAsync(
                    new OutgoingAgentMailMessage(task, IsFromPerson: false, letter.To, letter.Text) { Call = letter.Call ?? name },
                    stop
                );
                if (!sent.IsTaken)
                {
                    refused.Add(sent.Refusal);
                }
            }
            else
            {
                refused.Add($"A message file from the agent of task {task} is not valid.");
            }
            files.RemoveFile(path);
        }
        return refused;
    }
}

/// <summary>A message that has not been delivered yet.</summary>
/// <param name="To">Id of the receiving task, or null for all tasks.</param>
/// <param name="Text">Text of the message.</param>
/// <param name="Call">Id of the tool call that sent the message, or null if there is none.</param>
internal sealed record UndeliveredMail(
    [property: JsonPropertyName("to")] string? To,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("call")] string? Call
);

[JsonSerializable(typeof(UndeliveredMail))]
internal sealed partial class UndeliveredMailJsonContext : JsonSerializerContext;
