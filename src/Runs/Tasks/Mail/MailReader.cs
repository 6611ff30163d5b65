namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>Ways in which messages are shown to an agent.</summary>
public static class MailDisplayKinds
{
    /// <summary>A hook adds the messages to the results of a batch of tool calls.</summary>
    public const string Batch = "batch";

    /// <summary>The messages are part of a prompt.</summary>
    public const string Prompt = "prompt";

    /// <summary>The agent requested the messages.</summary>
    public const string Asked = "asked";
}

/// <summary>
/// Reads the messages for a task's agent, and ensures that the agent sees each one. A message can't be shown and recorded atomically, so it
/// is first recorded as about to be shown. The next read searches the agent's conversation for the message, and shows it again if it is
/// missing.
/// </summary>
public sealed class MailReader(RunFolder folder, string task)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Mailbox _mailbox = new(folder, TimeProvider.System);
    private readonly string _path = Path.Combine(TaskMailFolder.Of(folder, task), "read.json");

    /// <summary>
    /// Returns the path of a file from which a hook can detect new messages without starting a program. The file contains the number of
    /// bytes of the run's message file that the agent has verifiably seen.
    /// </summary>
    public static string ReadUpTo(RunFolder folder, string task) => Path.Combine(TaskMailFolder.Of(folder, task), "read");

    /// <summary>Returns new messages without marking them as read.</summary>
    public IReadOnlyList<AgentMailMessage> Peek() => _mailbox.Read(task, ReadCursor().Offset).Messages;

    /// <summary>Offset, in bytes, after the last message in the run's message file that was shown to the task's agent.</summary>
    internal long ShownUpTo => ReadCursor() is var cursor && cursor.Shown is { } shown ? shown.To : cursor.Offset;

    /// <summary>Returns the new messages, which the caller must then show to the agent.</summary>
    /// <param name="way">One of the values in <see cref="MailDisplayKinds"/>.</param>
    /// <param name="call">Id of this call, or null if it is never repeated. A repeated call with the same id returns the same mail.</param>
    /// <param name="conversation">Absolute path of the agent's conversation file, or null if it is unknown or does not exist.</param>
    /// <param name="heard">Other text that was certainly shown to the agent.</param>
    public async Task<IReadOnlyList<AgentMailMessage>> ReadNewAsync(
        string way,
        string? call,
        string? conversation,
        string heard,
        CancellationToken stop
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        using var alone = await InterProcessFileLock.AcquireAsync(_path + ".lock", limit.Token);
        var cursor = ReadCursor();
        if (cursor.Shown is { } last)
        {
            if (call is not null && last.Call == call && last.Way == way)
            {
                return _mailbox.Read(task, cursor.Offset).Messages.TakeWhile(message => message.Number <= last.Last).ToList();
            }
            cursor = HasArrived(last, way, conversation, heard) ? new MailCursor(last.To, null) : cursor;
        }
        var (messages, to) = _mailbox.Read(task, cursor.Offset);
        if (messages.Count == 0)
        {
            Write(new MailCursor(to, null));
            DurableFile.Write(ReadUpTo(folder, task), $"{to}\n");
            return [];
        }
        var tries = cursor.Shown is { } before ? before.Tries + 1 : 1;
        Write(cursor with { Shown = new UnconfirmedMailDisplayRecord(way, call, to, messages[^1].Number, messages[^1].Marker, tries) });
        return messages;
    }

    /// <summary>Returns the new messages for a prompt. A repeated call for the same agent run returns the same messages.</summary>
    /// <param name="conversation">Absolute path of the file with the conversation to continue. If null, a new conversation starts and gets
    /// all mail from the beginning.</param>
    public async Task<IReadOnlyList<AgentMailMessage>> ForPromptAsync(int start, string? conversation, CancellationToken stop)
    {
        var call = start.ToString(CultureInfo.InvariantCulture);
        if (conversation is null && ReadCursor() is var cursor && cursor.Shown?.Call != call && cursor != new MailCursor(0, null))
        {
            Write(new MailCursor(0, null));
        }
        return await ReadNewAsync(MailDisplayKinds.Prompt, call, conversation, "", stop);
    }

    /// <summary>True if the messages that were recorded as about to be shown have reached the agent.</summary>
    private static bool HasArrived(UnconfirmedMailDisplayRecord last, string way, string? conversation, string heard)
    {
        if (last.Tries >= MailLimits.MostTries || heard.Contains(last.Marker, StringComparison.Ordinal))
        {
            return true;
        }
        // If there is no conversation to search, a new request or a restart of the agent means that the earlier mail was received.
        return conversation is null
            ? last.Way == MailDisplayKinds.Asked || way == MailDisplayKinds.Prompt
            : Holds(conversation, last.Marker);
    }

    private static bool Holds(string file, string words)
    {
        try
        {
            using var lines = new StreamReader(
                new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
                Encoding.UTF8
            );
            while (lines.ReadLine() is { } line)
            {
                if (line.Contains(words, StringComparison.Ordinal))
                {
                    return true;
                }
            }
            return false;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    // If the file is damaged, mail is shown again, so that none is lost.
    private MailCursor ReadCursor() => StoredJsonReader.TryRead(_path, AgentMailJsonContext.Default.MailCursor) ?? new MailCursor(0, null);

    private void Write(MailCursor cursor) =>
        DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(cursor, AgentMailJsonContext.Default.MailCursor));
}

/// <summary>The position in the run's message file up to which a task's agent has read.</summary>
/// <param name="Offset">Offset in bytes of the first unread message.</param>
/// <param name="Shown">The mail that was last recorded as about to be shown, or null if its arrival is verified.</param>
internal sealed record MailCursor(
    [property: JsonPropertyName("offset")] long Offset,
    [property: JsonPropertyName("shown")] UnconfirmedMailDisplayRecord? Shown
);

/// <summary>Messages that were recorded as about to be shown to an agent, but whose arrival is not verified yet.</summary>
/// <param name="Way">One of the values in <see cref="MailDisplayKinds"/>.</param>
/// <param name="Call">Id of the call that returned the messages, or null if it has none.</param>
/// <param name="To">Offset in bytes after the messages.</param>
/// <param name="Last">Number of the last message.</param>
/// <param name="Marker">Marker of the last message.</param>
/// <param name="Tries">Number of times that the messages were shown.</param>
internal sealed record UnconfirmedMailDisplayRecord(
    [property: JsonPropertyName("way")] string Way,
    [property: JsonPropertyName("call")] string? Call,
    [property: JsonPropertyName("to")] long To,
    [property: JsonPropertyName("last")] long Last,
    [property: JsonPropertyName("marker")] string Marker,
    [property: JsonPropertyName("tries")] int Tries
);
