using System.Security.Cryptography;

namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>
/// Stores the messages of a run, one per line, in a file on the owner host. Agents and users write to the file directly, even if the run's
/// Temporal server is not running. Worker hosts have a copy of the file, and store outgoing messages next to the copy until the owner host
/// fetches them.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class Mailbox(RunFolder folder, TimeProvider time)
{
    /// <summary>
    /// Number of bytes at the end of the message file that are searched for repeated calls and for messages that count toward the senders'
    /// limits.
    /// </summary>
    private const int Tail = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _path = PathOf(folder);

    private string WaitingFolder => Path.Combine(folder.Path, "mail", "waiting");

    /// <summary>Absolute path of the file with the ids of rejected messages, one per line.</summary>
    private string Refused => Path.Combine(folder.Path, "mail", "refused");

    /// <summary>Marks this host's messages of a run as a copy, because another host owns the run.</summary>
    public static void MarkCopy(RunFolder folder) => DurableFile.Write(CopyOf(folder), "");

    /// <summary>True if this host has only a copy of the run's messages.</summary>
    public static bool IsCopy(RunFolder folder) => File.Exists(CopyOf(folder));

    private static string CopyOf(RunFolder folder) => Path.Combine(folder.Path, "mail", ".copy");

    /// <summary>Returns the absolute path of a run's mail file.</summary>
    public static string PathOf(RunFolder folder) => PathIn(folder.Path);

    /// <summary>Returns the absolute path of the mail file in a run's folder.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    public static string PathIn(string runFolder) => Path.Combine(runFolder, "mail", "messages.jsonl");

    /// <summary>
    /// Stores a message unless a limit forbids it. A stored message is on disk when the method returns, and will be delivered even after a
    /// crash.
    /// </summary>
    /// <exception cref="IOException">The message cannot be written, for example because the disk is full.</exception>
    public Task<AgentMailSendResult> SendAsync(OutgoingAgentMailMessage letter, CancellationToken stop) =>
        AddAsync(letter, letter.Call is null ? Name($"{Guid.NewGuid():n}") : Name($"{letter.From}\n{letter.Call}"), stop);

    private async Task<AgentMailSendResult> AddAsync(OutgoingAgentMailMessage letter, string id, CancellationToken stop)
    {
        if (MailLimits.Refusal(letter.Text) is { Length: > 0 } refusal)
        {
            return new AgentMailSendResult(refusal, 0);
        }
        using var patience = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        using var alone = await LockAsync(limit.Token);
        using var file = SymlinkSafeFileWriter.Open(_path);
        CutHalfLine(file);
        var recent = Lines(file, Math.Max(0, file.Length - Tail), isWhole: false).Select(line => line.Message).ToList();
        var last = recent.Count == 0 ? 0 : recent[^1].Number;
        var isCopy = IsCopy(folder);
        IReadOnlyList<AgentMailMessage> waiting = isCopy ? [.. ReadWaiting()] : [];
        recent.InsertRange(0, waiting);
        if (recent.Find(message => message.Id == id) is { } same)
        {
            return new AgentMailSendResult("", same.Number);
        }
        var now = time.GetUtcNow();
        if (RefusalOf(letter, recent, file.Length) is { Length: > 0 } tooMuch)
        {
            return new AgentMailSendResult(tooMuch, 0);
        }
        var message = new AgentMailMessage
        {
            Number = last + 1,
            Id = id,
            From = letter.From,
            IsFromPerson = letter.IsFromPerson,
            To = letter.To,
            Time = now,
            Text = letter.Text.Trim(),
        };
        if (isCopy)
        {
            message = message with { Number = waiting.Count == 0 ? 1 : waiting[^1].Number + 1 };
            DurableFile.Write(
                Path.Combine(WaitingFolder, id + ".json"),
                JsonSerializer.SerializeToUtf8Bytes(message, AgentMailJsonContext.Default.AgentMailMessage)
            );
            return new AgentMailSendResult("", 0);
        }
        file.Seek(0, SeekOrigin.End);
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(message, AgentMailJsonContext.Default.AgentMailMessage), (byte)'\n']);
        file.Flush(flushToDisk: true);
        return new AgentMailSendResult("", message.Number);
    }

    /// <summary>
    /// Makes this host accept messages for the run. Called on the owner host, which may previously have been a worker host.
    /// </summary>
    /// <returns>Messages on this host that are not accepted yet.</returns>
    public async Task<IReadOnlyList<AgentMailMessage>> BeginToTakeAsync(CancellationToken stop)
    {
        using (await LockAsync(stop))
        {
            File.Delete(CopyOf(folder));
        }
        return [.. ReadWaiting()];
    }

    /// <summary>
    /// Accepts or rejects a message that was stored on a worker host or on this host. Called on the owner host. A repeated call does not
    /// add the message again. If the message is rejected, the agent that sent it is notified once.
    /// </summary>
    internal async Task AcceptAsync(AgentMailMessage letter, CancellationToken stop)
    {
        if (!Settled([letter.Id]).Contains(letter.Id))
        {
            var sent = await AddAsync(
                new OutgoingAgentMailMessage(letter.From, letter.IsFromPerson, letter.To, letter.Text),
                letter.Id,
                stop
            );
            if (!sent.IsTaken)
            {
                if (letter is { IsFromPerson: false, From.Length: > 0 })
                {
                    var answer = $"Your message to {letter.To ?? "all"} was not delivered: {sent.Refusal}";
                    await SendAsync(OutgoingAgentMailMessage.OfOrchestrator(letter.From, answer, $"refused {letter.Id}"), stop);
                }
                using var alone = await LockAsync(stop);
                SymlinkSafeFileWriter.Append(Refused, letter.Id + "\n");
            }
        }
        if (Path.Combine(WaitingFolder, letter.Id + ".json") is var waited && File.Exists(waited))
        {
            File.Delete(waited);
        }
    }

    /// <summary>Lists the files of the messages on this host that the owner host has not fetched yet.</summary>
    internal IReadOnlyList<string> ListWaiting() => Directory.Exists(WaitingFolder) ? Directory.GetFiles(WaitingFolder, "*.json") : [];

    /// <summary>Parses stored messages, and sorts them by the time at which they were sent. Invalid messages are skipped.</summary>
    /// <param name="files">Content of the message files.</param>
    internal static IEnumerable<AgentMailMessage> InOrder(IEnumerable<byte[]> files) =>
        files
            .Select(content => StoredJsonReader.TryParse(content, AgentMailJsonContext.Default.AgentMailMessage))
            .OfType<AgentMailMessage>()
            .Where(letter => letter is { Id: { Length: > 0 } id, Text: not null, From: not null } && id.All(char.IsAsciiHexDigit))
            .OrderBy(letter => letter.Time)
            .ThenBy(letter => letter.Number);

    /// <summary>Removes stored messages that the owner host has accepted or rejected. Called on a worker host.</summary>
    internal void RemoveProcessed()
    {
        var waiting = ListWaiting();
        var settled = waiting.Count == 0 ? [] : Settled([.. waiting.Select(Path.GetFileNameWithoutExtension).OfType<string>()]);
        foreach (var file in waiting.Where(file => settled.Contains(Path.GetFileNameWithoutExtension(file))))
        {
            File.Delete(file);
        }
    }

    /// <summary>Returns the absolute paths of the files that worker hosts copy, by file name.</summary>
    internal IReadOnlyDictionary<string, string> Files() =>
        new[] { _path, Refused }.Where(File.Exists).ToDictionary(file => Path.GetFileName(file), StringComparer.Ordinal);

    /// <summary>
    /// Replaces a shared file with another host's version if that version is longer. On the owner host, that version must also start with
    /// the file's current content.
    /// </summary>
    /// <param name="name">Path of the file, relative to the mail folder.</param>
    internal async Task ReplaceIfLongerAsync(string name, byte[] content, CancellationToken stop)
    {
        if (new[] { _path, Refused }.FirstOrDefault(file => Path.GetFileName(file) == name) is not { } path)
        {
            return;
        }
        using var alone = await LockAsync(stop);
        var own = File.Exists(path) ? await File.ReadAllBytesAsync(path, stop) : [];
        // Content of the owner host that the other host lacks was added in the meantime.
        if (content.Length > own.Length && (IsCopy(folder) || content.AsSpan().StartsWith(own)))
        {
            DurableFile.Write(path, content);
        }
    }

    private HashSet<string> Settled(IReadOnlyCollection<string> ids)
    {
        var settled = File.Exists(Refused) ? File.ReadLines(Refused).ToHashSet(StringComparer.Ordinal) : [];
        if (File.Exists(_path))
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            settled.UnionWith(Lines(file, 0, isWhole: true).Select(line => line.Message.Id));
        }
        settled.IntersectWith(ids);
        return settled;
    }

    private IEnumerable<AgentMailMessage> ReadWaiting() => InOrder(ListWaiting().Select(SmallFileReader.TryRead).OfType<byte[]>());

    private Task<InterProcessFileLock> LockAsync(CancellationToken stop) =>
        InterProcessFileLock.AcquireAsync(Path.Combine(folder.Path, "mail", "lock"), stop);

    /// <summary>
    /// Returns the reason why a limit would forbid a message now, or an empty string if the limits allow the message. Changes nothing.
    /// </summary>
    internal string RefusalNow(OutgoingAgentMailMessage letter)
    {
        if (!File.Exists(_path))
        {
            return "";
        }
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return RefusalOf(
            letter,
            [.. Lines(file, Math.Max(0, file.Length - Tail), isWhole: false).Select(line => line.Message)],
            file.Length
        );
    }

    private string RefusalOf(OutgoingAgentMailMessage letter, List<AgentMailMessage> recent, long bytes)
    {
        var sent = recent.Where(message =>
            letter.From.Length > 0 && message.From == letter.From && message.IsFromPerson == letter.IsFromPerson
        );
        return MailLimits.Refusal(
            [.. sent.Select(message => message.Time)],
            recent.Count == 0 ? 0 : recent[^1].Number,
            bytes,
            time.GetUtcNow()
        );
    }

    /// <summary>Reads the messages for a task, starting at an offset, up to the limits for one read.</summary>
    /// <param name="from">Offset in the mail file in bytes.</param>
    /// <returns>The messages, and the offset after the last one.</returns>
    public (IReadOnlyList<AgentMailMessage> Messages, long To) Read(string task, long from)
    {
        if (!File.Exists(_path))
        {
            return ([], from);
        }
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var found = new List<AgentMailMessage>();
        var to = from;
        foreach (var (message, end) in Lines(file, from, isWhole: true))
        {
            if (message.IsFor(task))
            {
                var characters = found.Sum(other => other.Text.Length) + message.Text.Length;
                if (found.Count == MailLimits.MostAtOnce || (found.Count > 0 && characters > MailLimits.MostCharactersAtOnce))
                {
                    break;
                }
                found.Add(message);
            }
            to = end;
        }
        return (found, to);
    }

    /// <summary>
    /// Counts, for each task, the messages that have not been shown to its agent. Tasks without such messages are not included.
    /// </summary>
    public IReadOnlyDictionary<string, int> CountUnread(IEnumerable<string> tasks)
    {
        var waiting = new Dictionary<string, int>(StringComparer.Ordinal);
        if (!File.Exists(_path))
        {
            return waiting;
        }
        var readers = tasks.Select(task => (Task: task, From: new MailReader(folder, task).ShownUpTo)).ToList();
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var (message, end) in readers.Count == 0 ? [] : Lines(file, readers.Min(reader => reader.From), isWhole: true))
        {
            foreach (var (task, _) in readers.Where(reader => end > reader.From && message.IsFor(reader.Task)))
            {
                waiting[task] = waiting.GetValueOrDefault(task) + 1;
            }
        }
        return waiting;
    }

    private static string Name(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];

    /// <summary>
    /// Reads the complete messages from an offset to the end, each with the offset after it. Unreadable lines and an incomplete last line
    /// are skipped.
    /// </summary>
    /// <param name="from">Offset in bytes.</param>
    /// <param name="isWhole">True if a line starts at the offset. If false, reading starts after the next line break.</param>
    private static IEnumerable<(AgentMailMessage Message, long End)> Lines(FileStream file, long from, bool isWhole)
    {
        if (from > file.Length)
        {
            yield break; // The file was truncated, so new messages follow the offset.
        }
        file.Seek(from, SeekOrigin.Begin);
        var buffered = new BufferedStream(file, 64 * 1024); // Not disposed, because the caller owns the file.
        var line = new List<byte>();
        var at = from;
        var skip = !isWhole && from > 0;
        for (var next = buffered.ReadByte(); next >= 0; next = buffered.ReadByte())
        {
            at++;
            if (next != '\n')
            {
                line.Add((byte)next);
                continue;
            }
            // After a power failure, a line may consist of zeros. Such lines, and lines of other programs, are skipped.
            if (!skip && StoredJsonReader.TryParse(line.ToArray(), AgentMailJsonContext.Default.AgentMailMessage) is { } message)
            {
                yield return (message, at);
            }
            skip = false;
            line.Clear();
        }
    }

    /// <summary>Removes an incomplete last line. The process that wrote it was killed before it could confirm the message.</summary>
    private static void CutHalfLine(FileStream file)
    {
        var window = new byte[Math.Min(file.Length, MailLimits.LongestText * 8)];
        file.Seek(file.Length - window.Length, SeekOrigin.Begin);
        file.ReadExactly(window);
        file.SetLength(file.Length - window.Length + Array.LastIndexOf(window, (byte)'\n') + 1);
    }
}
