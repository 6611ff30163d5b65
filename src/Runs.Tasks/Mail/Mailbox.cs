using System.Security.Cryptography;

namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>The mail of a run: one file with a line per message, in its folder on the run's machine. Agents and people write it themselves,
/// with or without an engine, and each task's reader records how far it has read. On a host of tasks of the run there is a copy, and what
/// is sent waits beside it for the run's machine.</summary>
/// <param name="time">The clock.</param>
public sealed class Mailbox(RunFolder folder, TimeProvider time)
{
    /// <summary>Bytes that are searched for a sender's limit and repeated calls: more than all senders may write within the
    /// window.</summary>
    private const int Tail = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _path = PathOf(folder);

    private string WaitingFolder => Path.Combine(folder.Path, "mail", "waiting");

    /// <summary>Ids of messages that were refused, one to a line.</summary>
    private string Refused => Path.Combine(folder.Path, "mail", "refused");

    /// <summary>The mail of a run here is a copy from now on: the run is another machine's.</summary>
    public static void MarkCopy(RunFolder folder) => DurableFile.Write(CopyOf(folder), "");

    /// <summary>True if the mail of a run here is a copy.</summary>
    public static bool IsCopy(RunFolder folder) => File.Exists(CopyOf(folder));

    private static string CopyOf(RunFolder folder) => Path.Combine(folder.Path, "mail", ".copy");

    /// <summary>The file of a run.</summary>
    public static string PathOf(RunFolder folder) => PathIn(folder.Path);

    /// <summary>Absolute path of the mailbox in a run's folder.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    public static string PathIn(string runFolder) => Path.Combine(runFolder, "mail", "messages.jsonl");

    /// <summary>Accepts a message. When this returns it is on disk and will be delivered, even after a crash.</summary>
    /// <exception cref="IOException">It can't be written, for example on a full disk.</exception>
    public Task<MailReceipt> SendAsync(MailLetter letter, CancellationToken stop) =>
        AddAsync(letter, letter.Call is null ? Name($"{Guid.NewGuid():n}") : Name($"{letter.From}\n{letter.Call}"), stop);

    private async Task<MailReceipt> AddAsync(MailLetter letter, string id, CancellationToken stop)
    {
        if (MailRules.Refusal(letter.Text) is { Length: > 0 } refusal)
        {
            return new MailReceipt(refusal, 0);
        }
        using var patience = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        using var alone = await AloneAsync(limit.Token);
        using var file = OwnFile.Open(_path);
        CutHalfLine(file);
        var recent = Lines(file, Math.Max(0, file.Length - Tail), isWhole: false).Select(line => line.Message).ToList();
        var last = recent.Count == 0 ? 0 : recent[^1].Number;
        var isCopy = IsCopy(folder);
        IReadOnlyList<MailMessage> waiting = isCopy ? [.. ReadWaiting()] : [];
        recent.InsertRange(0, waiting);
        if (recent.Find(message => message.Id == id) is { } same)
        {
            return new MailReceipt("", same.Number);
        }
        var now = time.GetUtcNow();
        if (RefusalOf(letter, recent, file.Length) is { Length: > 0 } tooMuch)
        {
            return new MailReceipt(tooMuch, 0);
        }
        var message = new MailMessage
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
                JsonSerializer.SerializeToUtf8Bytes(message, MailJson.Default.MailMessage)
            );
            return new MailReceipt("", 0);
        }
        file.Seek(0, SeekOrigin.End);
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(message, MailJson.Default.MailMessage), (byte)'\n']);
        file.Flush(flushToDisk: true);
        return new MailReceipt("", message.Number);
    }

    /// <summary>On the run's machine, which may have been a host before: what is sent is added here from now on.</summary>
    /// <returns>What still waits here.</returns>
    public async Task<IReadOnlyList<MailMessage>> BeginToTakeAsync(CancellationToken stop)
    {
        using (await AloneAsync(stop))
        {
            File.Delete(CopyOf(folder));
        }
        return [.. ReadWaiting()];
    }

    /// <summary>On the run's machine: takes a message that has waited on a host, or here. Repeated, it is the same message; one that is
    /// refused is answered once.</summary>
    internal async Task AcceptAsync(MailMessage letter, CancellationToken stop)
    {
        if (!Settled([letter.Id]).Contains(letter.Id))
        {
            var sent = await AddAsync(new MailLetter(letter.From, letter.IsFromPerson, letter.To, letter.Text), letter.Id, stop);
            if (!sent.IsTaken)
            {
                if (letter is { IsFromPerson: false, From.Length: > 0 })
                {
                    var answer = $"Your message to {letter.To ?? "all"} was not delivered: {sent.Refusal}";
                    await SendAsync(MailLetter.OfOrchestrator(letter.From, answer, $"refused {letter.Id}"), stop);
                }
                using var alone = await AloneAsync(stop);
                OwnFile.Append(Refused, letter.Id + "\n");
            }
        }
        if (Path.Combine(WaitingFolder, letter.Id + ".json") is var waited && File.Exists(waited))
        {
            File.Delete(waited);
        }
    }

    /// <summary>Files that wait here for the run's machine.</summary>
    internal IReadOnlyList<string> ListWaiting() => Directory.Exists(WaitingFolder) ? Directory.GetFiles(WaitingFolder, "*.json") : [];

    /// <summary>Messages that wait, in the order in which they were sent; what is no message is left out.</summary>
    /// <param name="files">The contents of their files.</param>
    internal static IEnumerable<MailMessage> InOrder(IEnumerable<byte[]> files) =>
        files
            .Select(content => StoredJson.TryParse(content, MailJson.Default.MailMessage))
            .OfType<MailMessage>()
            .Where(letter => letter is { Id: { Length: > 0 } id, Text: not null, From: not null } && id.All(char.IsAsciiHexDigit))
            .OrderBy(letter => letter.Time)
            .ThenBy(letter => letter.Number);

    /// <summary>On a host: what the run's machine has taken waits no longer.</summary>
    internal void ForgetTaken()
    {
        var waiting = ListWaiting();
        var settled = waiting.Count == 0 ? [] : Settled([.. waiting.Select(Path.GetFileNameWithoutExtension).OfType<string>()]);
        foreach (var file in waiting.Where(file => settled.Contains(Path.GetFileNameWithoutExtension(file))))
        {
            File.Delete(file);
        }
    }

    /// <summary>The files that hosts have copies of, by their paths in the mail's folder.</summary>
    internal IReadOnlyDictionary<string, string> Files() =>
        new[] { _path, Refused }.Where(File.Exists).ToDictionary(file => Path.GetFileName(file), StringComparer.Ordinal);

    /// <summary>Takes one of those files from another machine, where it has more than there is here.</summary>
    /// <param name="name">Its path.</param>
    internal async Task TakeOverAsync(string name, byte[] content, CancellationToken stop)
    {
        if (new[] { _path, Refused }.FirstOrDefault(file => Path.GetFileName(file) == name) is not { } path)
        {
            return;
        }
        using var alone = await AloneAsync(stop);
        var own = File.Exists(path) ? await File.ReadAllBytesAsync(path, stop) : [];
        // What the run's machine has and the other one has not was sent meanwhile.
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

    private IEnumerable<MailMessage> ReadWaiting() => InOrder(ListWaiting().Select(SmallFile.TryRead).OfType<byte[]>());

    private Task<LockFile> AloneAsync(CancellationToken stop) => LockFile.TakeAsync(Path.Combine(folder.Path, "mail", "lock"), stop);

    /// <summary>Why a sender's letter would be refused now; empty where it would not. Changes nothing.</summary>
    internal string RefusalNow(MailLetter letter)
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

    private string RefusalOf(MailLetter letter, List<MailMessage> recent, long bytes)
    {
        var sent = recent.Where(message =>
            letter.From.Length > 0 && message.From == letter.From && message.IsFromPerson == letter.IsFromPerson
        );
        return MailRules.Refusal(
            [.. sent.Select(message => message.Time)],
            recent.Count == 0 ? 0 : recent[^1].Number,
            bytes,
            time.GetUtcNow()
        );
    }

    /// <summary>The mail for a task from an offset on, up to the limit for one read.</summary>
    /// <param name="from">Where in the file, in bytes.</param>
    /// <returns>The messages, and the offset after them.</returns>
    public (IReadOnlyList<MailMessage> Messages, long To) Read(string task, long from)
    {
        if (!File.Exists(_path))
        {
            return ([], from);
        }
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var found = new List<MailMessage>();
        var to = from;
        foreach (var (message, end) in Lines(file, from, isWhole: true))
        {
            if (message.IsFor(task))
            {
                var characters = found.Sum(other => other.Text.Length) + message.Text.Length;
                if (found.Count == MailRules.MostAtOnce || (found.Count > 0 && characters > MailRules.MostCharactersAtOnce))
                {
                    break;
                }
                found.Add(message);
            }
            to = end;
        }
        return (found, to);
    }

    /// <summary>Number of messages that were not shown to a task's agent yet. Tasks without any are left out.</summary>
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

    /// <summary>The whole messages from an offset on, each with the offset after it; a partial last line and unreadable lines are left
    /// out.</summary>
    /// <param name="from">The place.</param>
    /// <param name="isWhole">A line begins there; else reading starts after the next line end.</param>
    private static IEnumerable<(MailMessage Message, long End)> Lines(FileStream file, long from, bool isWhole)
    {
        if (from > file.Length)
        {
            yield break; // Somebody has cut the file: what is added comes behind what was read.
        }
        file.Seek(from, SeekOrigin.Begin);
        var buffered = new BufferedStream(file, 64 * 1024); // Not closed: the file is its caller's.
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
            // Lines of zeros after a power cut, or of another writer, are skipped.
            if (!skip && StoredJson.TryParse(line.ToArray(), MailJson.Default.MailMessage) is { } message)
            {
                yield return (message, at);
            }
            skip = false;
            line.Clear();
        }
    }

    /// <summary>A partial line of a killed writer was never confirmed.</summary>
    private static void CutHalfLine(FileStream file)
    {
        var window = new byte[Math.Min(file.Length, MailRules.LongestText * 8)];
        file.Seek(file.Length - window.Length, SeekOrigin.Begin);
        file.ReadExactly(window);
        file.SetLength(file.Length - window.Length + Array.LastIndexOf(window, (byte)'\n') + 1);
    }
}
