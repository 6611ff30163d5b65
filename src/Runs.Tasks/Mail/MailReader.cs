namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>The ways to show an agent its mail.</summary>
internal static class MailWays
{
    /// <summary>With the results of a batch of tool calls, by a hook.</summary>
    public const string Batch = "batch";

    /// <summary>With a prompt.</summary>
    public const string Prompt = "prompt";

    /// <summary>The agent asked for it.</summary>
    public const string Asked = "asked";
}

/// <summary>Reads the mail of one task, each message once. Showing a message and recording that can't be one step, so it is recorded as
/// about to be shown before; the next read searches the agent's conversation for it, and shows it again where it is missing.</summary>
public sealed class MailReader(RunFolder folder, string task)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Mailbox _mailbox = new(folder, TimeProvider.System);
    private readonly string _path = Path.Combine(MailDesk.Of(folder, task), "read.json");

    /// <summary>File with the size of the run's mail when nothing is left to be shown or verified: with it a hook knows that without
    /// starting a program.</summary>
    public static string ReadUpTo(RunFolder folder, string task) => Path.Combine(MailDesk.Of(folder, task), "read");

    /// <summary>New mail, without marking it.</summary>
    public IReadOnlyList<MailMessage> Peek() => _mailbox.Read(task, ReadCursor().Offset).Messages;

    /// <summary>Offset in the run's mail of the first message that was never shown to the task, in bytes.</summary>
    internal long ShownUpTo => ReadCursor() is var cursor && cursor.Shown is { } shown ? shown.To : cursor.Offset;

    /// <summary>Takes new mail, to be shown now.</summary>
    /// <param name="way">One of <see cref="MailWays"/>.</param>
    /// <param name="call">Identifies this call: repeated, it returns the same. Null where it is never repeated.</param>
    /// <param name="conversation">File of the agent's conversation; null where it is unknown, or there is none.</param>
    /// <param name="heard">Other text that the agent has certainly been shown.</param>
    public async Task<IReadOnlyList<MailMessage>> TakeAsync(
        string way,
        string? call,
        string? conversation,
        string heard,
        CancellationToken stop
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        using var alone = await LockFile.TakeAsync(_path + ".lock", limit.Token);
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
        Write(cursor with { Shown = new MailShown(way, call, to, messages[^1].Number, messages[^1].Marker, tries) });
        return messages;
    }

    /// <summary>Takes the mail for a prompt; repeated for the same agent run it returns the same.</summary>
    /// <param name="conversation">File of the conversation to continue; null: a new one, which is shown all mail from the
    /// beginning.</param>
    public async Task<IReadOnlyList<MailMessage>> ForPromptAsync(int start, string? conversation, CancellationToken stop)
    {
        var call = start.ToString(CultureInfo.InvariantCulture);
        if (conversation is null && ReadCursor() is var cursor && cursor.Shown?.Call != call && cursor != new MailCursor(0, null))
        {
            Write(new MailCursor(0, null));
        }
        return await TakeAsync(MailWays.Prompt, call, conversation, "", stop);
    }

    /// <summary>True if the mail that was about to be shown was shown.</summary>
    private static bool HasArrived(MailShown last, string way, string? conversation, string heard)
    {
        if (last.Tries >= MailRules.MostTries || heard.Contains(last.Marker, StringComparison.Ordinal))
        {
            return true;
        }
        // Without a conversation to search, an agent that asks again, or is started again, has received the earlier answer.
        return conversation is null ? last.Way == MailWays.Asked || way == MailWays.Prompt : Holds(conversation, last.Marker);
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

    // If the file is damaged, mail is shown again rather than lost.
    private MailCursor ReadCursor() => StoredJson.TryRead(_path, MailJson.Default.MailCursor) ?? new MailCursor(0, null);

    private void Write(MailCursor cursor) =>
        DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(cursor, MailJson.Default.MailCursor));
}

/// <summary>The position of a task in its mail.</summary>
/// <param name="Offset">Offset of its first unread message in the run's mail, in bytes.</param>
/// <param name="Shown">Mail that was about to be shown last; null where it is known to have arrived.</param>
internal sealed record MailCursor(
    [property: JsonPropertyName("offset")] long Offset,
    [property: JsonPropertyName("shown")] MailShown? Shown
);

/// <summary>Messages that were about to be shown.</summary>
/// <param name="Way">One of <see cref="MailWays"/>.</param>
/// <param name="Call">Names the taking; null for none.</param>
/// <param name="To">Offset behind them.</param>
/// <param name="Last">Number of the last one.</param>
/// <param name="Marker">Marker of the last one.</param>
/// <param name="Tries">How often they were shown.</param>
internal sealed record MailShown(
    [property: JsonPropertyName("way")] string Way,
    [property: JsonPropertyName("call")] string? Call,
    [property: JsonPropertyName("to")] long To,
    [property: JsonPropertyName("last")] long Last,
    [property: JsonPropertyName("marker")] string Marker,
    [property: JsonPropertyName("tries")] int Tries
);
