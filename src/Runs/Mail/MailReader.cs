namespace Orchestrator.Runs.Mail;

/// <summary>The ways in which an agent is shown its mail.</summary>
internal static class MailWays
{
    /// <summary>With the results of a batch of tool calls, by a hook.</summary>
    public const string Batch = "batch";

    /// <summary>With a prompt.</summary>
    public const string Prompt = "prompt";

    /// <summary>The agent asked for it.</summary>
    public const string Asked = "asked";
}

/// <summary>Reads the mail of one task, each message once. Showing and noting that it was shown can't be one deed, so what is about to be
/// shown is noted before; whoever looks next finds in the agent's conversation whether it has arrived, and shows it again where it has
/// not.</summary>
public sealed class MailReader(RunFolder folder, string task)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Mailbox _mailbox = new(folder, TimeProvider.System);
    private readonly string _path = Path.Combine(folder.Task(task), "mail.json");

    /// <summary>As long as this file names the size of the run's mail, nothing is left to be shown or found out: a hook need not start a
    /// program to know that.</summary>
    public static string ReadUpTo(RunFolder folder, string task) => Path.Combine(folder.Task(task), "mail.read");

    /// <summary>What is new, without taking it.</summary>
    public IReadOnlyList<MailMessage> Peek() => _mailbox.Read(task, ReadCursor().Offset).Messages;

    /// <summary>Where in the run's mail what was never shown to the task begins, in bytes.</summary>
    internal long ShownUpTo => ReadCursor() is var cursor && cursor.Shown is { } shown ? shown.To : cursor.Offset;

    /// <summary>Takes what is new, to be shown now.</summary>
    /// <param name="way">One of <see cref="MailWays"/>.</param>
    /// <param name="call">Names this taking: the same again gives the same. Null where it never comes again.</param>
    /// <param name="conversation">The file of the agent's conversation; null where it is not known, or there is none.</param>
    /// <param name="heard">What else the agent has been shown for certain.</param>
    internal async Task<IReadOnlyList<MailMessage>> TakeAsync(
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

    /// <summary>Takes what goes with a prompt; done again for the same start it gives the same.</summary>
    /// <param name="conversation">The file of the conversation that goes on; null: one begins, which is shown all mail from the first
    /// on.</param>
    internal async Task<IReadOnlyList<MailMessage>> ForPromptAsync(int start, string? conversation, CancellationToken stop)
    {
        var call = start.ToString(CultureInfo.InvariantCulture);
        if (conversation is null && ReadCursor() is var cursor && cursor.Shown?.Call != call && cursor != new MailCursor(0, null))
        {
            Write(new MailCursor(0, null));
        }
        return await TakeAsync(MailWays.Prompt, call, conversation, "", stop);
    }

    /// <summary>Whether what was about to be shown was shown.</summary>
    private static bool HasArrived(MailShown last, string way, string? conversation, string heard)
    {
        if (last.Tries >= MailRules.MostTries || heard.Contains(last.Marker, StringComparison.Ordinal))
        {
            return true;
        }
        // Where there is no conversation to look at, an agent that asks again, or is started again, has been answered before.
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

    // Damaged by hand, what was shown is shown again rather than lost.
    private MailCursor ReadCursor() => StoredJson.TryRead(_path, MailJson.Default.MailCursor) ?? new MailCursor(0, null);

    private void Write(MailCursor cursor) =>
        DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(cursor, MailJson.Default.MailCursor));
}

/// <summary>How far a task has read.</summary>
/// <param name="Offset">Where in the run's mail what it has not read begins, in bytes.</param>
/// <param name="Shown">What was about to be shown last; null where it is known to have arrived.</param>
internal sealed record MailCursor(
    [property: JsonPropertyName("offset")] long Offset,
    [property: JsonPropertyName("shown")] MailShown? Shown
);

/// <summary>Messages that were about to be shown.</summary>
/// <param name="Way">One of <see cref="MailWays"/>.</param>
/// <param name="Call">Names the taking; null for none.</param>
/// <param name="To">Where what comes behind them begins.</param>
/// <param name="Last">Number of the last one.</param>
/// <param name="Marker">Words of the last one.</param>
/// <param name="Tries">How often they were shown.</param>
internal sealed record MailShown(
    [property: JsonPropertyName("way")] string Way,
    [property: JsonPropertyName("call")] string? Call,
    [property: JsonPropertyName("to")] long To,
    [property: JsonPropertyName("last")] long Last,
    [property: JsonPropertyName("marker")] string Marker,
    [property: JsonPropertyName("tries")] int Tries
);
