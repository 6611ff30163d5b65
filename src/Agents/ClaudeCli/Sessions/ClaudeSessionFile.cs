using System.Globalization;
using System.Text;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>The facts in the first and last lines of a conversation's file. A member is null if they lack it.</summary>
/// <param name="Id">The conversation's id, which is the file's name.</param>
/// <param name="Path">Absolute path of the file.</param>
/// <param name="Bytes">Its size.</param>
public sealed record ClaudeSessionFacts(string Id, string Path, long Bytes)
{
    /// <summary>The folder that the program worked in last.</summary>
    public string? Folder { get; init; }

    /// <summary>The branch that was checked out there.</summary>
    public string? Branch { get; init; }

    /// <summary>The name that the person gave it, else what they asked last, else first.</summary>
    public string? Title { get; init; }

    /// <summary>Version of the program that wrote last.</summary>
    public string? Version { get; init; }

    /// <summary>The model of the last answer.</summary>
    public string? Model { get; init; }

    /// <summary>The first line with a time.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The last line with a time.</summary>
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>Tokens of the whole conversation as the model had them with its last answer, that answer included.</summary>
    public long? ContextTokens { get; init; }

    /// <summary>The last text of the model, else of the person.</summary>
    public string? LastWords { get; init; }

    /// <summary>Why nothing is known of it, as the end of a sentence; null: it could be read.</summary>
    public string? Fault { get; init; }
}

/// <summary>Reads files of conversations (<c>projects/DIRECTORY/SESSION.jsonl</c>) by their ends, so that thousands of large ones are
/// listed in a moment. The format is private to the program and changes: what a line lacks is unknown, and a file without any line of a
/// known kind is named as such. Nothing is ever written.</summary>
public static class ClaudeSessionFile
{
    private const int HeadBytes = 16 * 1024;
    private const int TailBytes = 24 * 1024;

    /// <summary>An answer with a large file in it is longer than the usual tail.</summary>
    private const int LongestTail = 1024 * 1024;
    private const int MostHeadLines = 40;
    private const int LongestText = 2000;

    private static readonly string[] Known =
    [
        "user",
        "assistant",
        "system",
        "attachment",
        "queue-operation",
        "last-prompt",
        "custom-title",
        "summary",
        "file-history-snapshot",
        "cost-state",
        "tools-used",
        "api-request",
        "progress",
    ];

    /// <summary>Reads the ends of a file.</summary>
    /// <param name="path">Absolute path; a link is not followed.</param>
    public static ClaudeSessionFacts Read(string path)
    {
        var facts = new ClaudeSessionFacts(System.IO.Path.GetFileNameWithoutExtension(path), path, 0);
        try
        {
            using var file = RegularFile.TryOpen(path);
            return file is null ? facts with { Fault = "it is no regular file" } : Read(facts with { Bytes = file.Length }, file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return facts with { Fault = $"it can't be read: {refused.Message}" };
        }
    }

    /// <summary>All messages of a conversation, in order, and its sums; a line that is torn or of an unknown kind is left out.</summary>
    /// <param name="path">Absolute path.</param>
    public static IEnumerable<ClaudeSessionMessage> Messages(string path)
    {
        using var file = RegularFile.TryOpen(path);
        if (file is null)
        {
            yield break;
        }
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            if (Parse(Encoding.UTF8.GetBytes(line)) is not { } document)
            {
                continue;
            }
            using (document)
            {
                var root = document.RootElement;
                var type = root.Text("type");
                if (type is "user" or "assistant" && !root.IsTrue("isSidechain") && root.Get("message") is { } message)
                {
                    yield return new ClaudeSessionMessage(
                        type == "assistant",
                        TextOf(message),
                        TimeOf(root),
                        message.Text("id"),
                        message.Text("model"),
                        UsageOf(message)
                    );
                }
            }
        }
    }

    private static ClaudeSessionFacts Read(ClaudeSessionFacts facts, FileStream file)
    {
        if (file.Length == 0)
        {
            return facts with { Fault = "it is empty" };
        }
        var head = ReadAt(file, 0, HeadBytes);
        var isKnown = false;
        string? first = null;
        foreach (var range in Lines(head, isFromStart: true, isToEnd: head.Length == file.Length).Take(MostHeadLines))
        {
            using var line = Parse(head.AsMemory()[range]);
            if (line is null)
            {
                continue;
            }
            var root = line.RootElement;
            isKnown |= IsKnown(root);
            facts = facts with
            {
                StartedAt = facts.StartedAt ?? TimeOf(root),
                Folder = facts.Folder ?? root.Text("cwd"),
                Branch = facts.Branch ?? root.Text("gitBranch"),
                Version = facts.Version ?? root.Text("version"),
                Title = root.Text("customTitle") ?? facts.Title,
            };
            first ??=
                root.Text("type") == "user" && !root.IsTrue("isMeta") && root.Get("message") is { } asked ? Some(TextOf(asked)) : null;
            if (first is not null && facts is { Folder: not null, StartedAt: not null })
            {
                break;
            }
        }
        for (var size = TailBytes; ; size *= 8)
        {
            var tail = new Tail();
            var bytes = ReadAt(file, Math.Max(0, file.Length - size), size);
            foreach (var range in Enumerable.Reverse(Lines(bytes, isFromStart: bytes.Length == file.Length, isToEnd: true)))
            {
                using var line = Parse(bytes.AsMemory()[range]);
                if (line is not null)
                {
                    tail.Take(line.RootElement);
                }
                if (tail.IsWhole)
                {
                    break;
                }
            }
            if (tail.IsWhole || bytes.Length == file.Length || size >= LongestTail)
            {
                return isKnown || tail.IsKnown
                    ? tail.AddTo(facts, first)
                    : facts with
                    {
                        Fault = "no line in it is of a kind that this version knows",
                    };
            }
        }
    }

    private static bool IsKnown(JsonElement root) => root.Text("type") is { } type && Known.Contains(type);

    private static byte[] ReadAt(FileStream file, long at, int length)
    {
        var bytes = new byte[Math.Min(length, file.Length - at)];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(file.SafeFileHandle, bytes.AsSpan(read), at + read) is > 0 and var more)
        {
            read += more;
        }
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Whole lines of a piece: what was cut at an end of the piece is none, the last line of the file without its end may be
    /// torn and is then no JSON.</summary>
    private static List<Range> Lines(byte[] piece, bool isFromStart, bool isToEnd)
    {
        var lines = new List<Range>();
        var start = isFromStart ? 0 : Array.IndexOf(piece, (byte)'\n') + 1;
        if (start == 0 && !isFromStart)
        {
            return lines;
        }
        while (start < piece.Length)
        {
            var end = Array.IndexOf(piece, (byte)'\n', start);
            if (end < 0)
            {
                if (isToEnd)
                {
                    lines.Add(start..piece.Length);
                }
                break;
            }
            if (end > start)
            {
                lines.Add(start..end);
            }
            start = end + 1;
        }
        return lines;
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static DateTimeOffset? TimeOf(JsonElement root) =>
        root.Text("timestamp") is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private static string TextOf(JsonElement message) =>
        message.ContentText() is var text && text.Length > LongestText ? text[..LongestText] : text;

    private static string? Some(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static TokenUsage? UsageOf(JsonElement message) =>
        message.Get("usage") is { } usage
            ? new TokenUsage(
                usage.Number("input_tokens") ?? 0,
                usage.Number("output_tokens") ?? 0,
                usage.Number("cache_read_input_tokens") ?? 0,
                usage.Number("cache_creation_input_tokens") ?? 0
            )
            : null;

    /// <summary>The facts in the last lines. They are read from the end on, and the first line that has a fact counts.</summary>
    private sealed class Tail
    {
        private ClaudeSessionFacts _facts = new("", "", 0);
        private string? _asked;
        private string? _prompt;

        /// <summary>A line of a known kind was seen.</summary>
        public bool IsKnown { get; private set; }

        /// <summary>All is known that people want to see of a session.</summary>
        public bool IsWhole => _facts is { LastAt: not null, LastWords: not null };

        public void Take(JsonElement root)
        {
            IsKnown |= ClaudeSessionFile.IsKnown(root);
            _facts = _facts with
            {
                LastAt = _facts.LastAt ?? TimeOf(root),
                Folder = _facts.Folder ?? root.Text("cwd"),
                Branch = _facts.Branch ?? root.Text("gitBranch"),
                Version = _facts.Version ?? root.Text("version"),
                Title = _facts.Title ?? root.Text("customTitle"),
            };
            _prompt ??= root.Text("lastPrompt");
            if (root.IsTrue("isSidechain") || root.Get("message") is not { } message)
            {
                return;
            }
            if (root.Text("type") == "assistant")
            {
                var usage = UsageOf(message);
                _facts = _facts with
                {
                    LastWords = _facts.LastWords ?? Some(TextOf(message)),
                    Model = _facts.Model ?? message.Text("model"),
                    ContextTokens = _facts.ContextTokens ?? usage?.Total,
                };
            }
            else if (root.Text("type") == "user" && !root.IsTrue("isMeta"))
            {
                _asked ??= Some(TextOf(message));
            }
        }

        public ClaudeSessionFacts AddTo(ClaudeSessionFacts head, string? first) =>
            head with
            {
                LastAt = _facts.LastAt ?? head.StartedAt,
                Folder = _facts.Folder ?? head.Folder,
                Branch = _facts.Branch ?? head.Branch,
                Version = _facts.Version ?? head.Version,
                Title = _facts.Title ?? head.Title ?? _prompt ?? _asked ?? first,
                Model = _facts.Model,
                ContextTokens = _facts.ContextTokens,
                LastWords = _facts.LastWords ?? _asked ?? first,
            };
    }
}

/// <summary>A message of a conversation.</summary>
/// <param name="IsOfModel">The model's; false: the person's, or what a tool has answered.</param>
/// <param name="Text">Its text, cut; empty for calls and answers of tools.</param>
/// <param name="At">When; null: unknown.</param>
/// <param name="AnswerId">Id of the model's answer, of which one message is a part.</param>
/// <param name="Model">The model.</param>
/// <param name="Usage">Tokens of the answer as a whole; null: unknown.</param>
public sealed record ClaudeSessionMessage(
    bool IsOfModel,
    string Text,
    DateTimeOffset? At,
    string? AnswerId,
    string? Model,
    TokenUsage? Usage
);
