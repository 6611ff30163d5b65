using System.Security.Cryptography;

namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>The mail of a run: one file with a line per message, in its folder on the machine where its agents work. Agents and people
/// write it themselves, with or without an engine, and each task's reader records how far it has read.</summary>
/// <param name="time">The clock.</param>
public sealed class Mailbox(RunFolder folder, TimeProvider time)
{
    /// <summary>Bytes that are searched for a sender's limit and repeated calls: more than all senders may write within the
    /// window.</summary>
    private const int Tail = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _path = PathOf(folder);

    /// <summary>The file of a run.</summary>
    public static string PathOf(RunFolder folder) => PathIn(folder.Path);

    /// <summary>Absolute path of the mailbox in a run's folder.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    public static string PathIn(string runFolder) => Path.Combine(runFolder, "mail", "messages.jsonl");

    /// <summary>Accepts a message. When this returns it is on disk and will be delivered, even after a crash.</summary>
    /// <exception cref="IOException">It can't be written, for example on a full disk.</exception>
    public async Task<MailReceipt> SendAsync(MailLetter letter, CancellationToken stop)
    {
        if (MailRules.Refusal(letter.Text) is { Length: > 0 } refusal)
        {
            return new MailReceipt(refusal, 0);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        using var alone = await LockFile.TakeAsync(Path.Combine(folder.Path, "mail", "lock"), limit.Token);
        using var file = OwnFile.Open(_path);
        CutHalfLine(file);
        var recent = Lines(file, Math.Max(0, file.Length - Tail), isWhole: false).Select(line => line.Message).ToList();
        var last = recent.Count == 0 ? 0 : recent[^1].Number;
        var id = letter.Call is null ? Name($"{Guid.NewGuid():n}") : Name($"{letter.From}\n{letter.Call}");
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
        file.Seek(0, SeekOrigin.End);
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(message, MailJson.Default.MailMessage), (byte)'\n']);
        file.Flush(flushToDisk: true);
        return new MailReceipt("", message.Number);
    }

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
    internal (IReadOnlyList<MailMessage> Messages, long To) Read(string task, long from)
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
