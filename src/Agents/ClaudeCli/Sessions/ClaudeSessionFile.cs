using System.Globalization;
using System.Text;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Metadata from the first and last lines of a conversation's file. A member is null if these lines don't contain its
/// value.</summary>
/// <param name="Id">Id of the conversation, which is the file's name.</param>
/// <param name="Path">Absolute path of the file.</param>
/// <param name="Bytes">Size of the file in bytes.</param>
public sealed record ClaudeSessionMetadata(string Id, string Path, long Bytes)
{
    /// <summary>Last working folder of Claude Code in the conversation.</summary>
    public string? Folder { get; init; }

    /// <summary>Git branch of the working folder, as last recorded in the file.</summary>
    public string? Branch { get; init; }

    /// <summary>Name given by the user, or else the user's last request, or else the first request.</summary>
    public string? Title { get; init; }

    /// <summary>Version of the program that wrote the last line.</summary>
    public string? Version { get; init; }

    /// <summary>Model of the last answer.</summary>
    public string? Model { get; init; }

    /// <summary>Time of the first line with a timestamp.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Time of the last line with a timestamp.</summary>
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>Number of tokens that the conversation occupied in the model's context, including the last answer.</summary>
    public long? ContextTokens { get; init; }

    /// <summary>Last text written by the model, or by the user if the model wrote none.</summary>
    public string? LastWords { get; init; }

    /// <summary>Reason why the file could not be read, as the end of a sentence. Null if the file could be read.</summary>
    public string? Fault { get; init; }
}

/// <summary>
/// Reads only the beginning and the end of each conversation file (<c>projects/DIRECTORY/SESSION.jsonl</c>), so that thousands of large
/// files can be listed quickly. The format is private to the program and may change, so missing values are reported as unknown. Files
/// without any line of a known kind are reported as unreadable, and no file is ever changed.
/// </summary>
public static class ClaudeSessionFile
{
    private const int HeadBytes = 16 * 1024;
    private const int TailBytes = 24 * 1024;

    /// <summary>Maximum number of bytes read from the end of a file. Many bytes are needed if an answer contains a large file.</summary>
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

    /// <summary>Reads the metadata of a conversation from the beginning and the end of its file.</summary>
    /// <param name="path">Absolute path. A link is not followed.</param>
    public static ClaudeSessionMetadata Read(string path)
    {
        var facts = new ClaudeSessionMetadata(System.IO.Path.GetFileNameWithoutExtension(path), path, 0);
        try
        {
            using var file = RegularFileReader.TryOpen(path);
            return file is null ? facts with { Fault = "it is not a regular file" } : Read(facts with { Bytes = file.Length }, file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return facts with { Fault = $"it can't be read: {refused.Message}" };
        }
    }

    /// <summary>
    /// Enumerates the messages of a conversation in order, with their token usage. Truncated lines, lines of other kinds and messages of
    /// sub-agents are skipped.
    /// </summary>
    /// <param name="path">Absolute path of the file.</param>
    public static IEnumerable<ClaudeSessionMessage> Messages(string path)
    {
        using var file = RegularFileReader.TryOpen(path);
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

    private static ClaudeSessionMetadata Read(ClaudeSessionMetadata facts, FileStream file)
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
            var tail = new SessionFileTail();
            var bytes = ReadAt(file, Math.Max(0, file.Length - size), size);
            foreach (var range in Enumerable.Reverse(Lines(bytes, isFromStart: bytes.Length == file.Length, isToEnd: true)))
            {
                using var line = Parse(bytes.AsMemory()[range]);
                if (line is not null)
                {
                    tail.ReadEntry(line.RootElement);
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
                        Fault = "this version of orchestrate recognizes none of its lines",
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

    /// <summary>
    /// Returns the complete lines of a chunk. Lines cut off at the chunk's ends are dropped. The file's last line is returned even without
    /// a line break, and might then be invalid JSON.
    /// </summary>
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

    /// <summary>
    /// Metadata from the last lines of a file. The lines are read from last to first, so that the last value in the file counts.
    /// </summary>
    private sealed class SessionFileTail
    {
        private ClaudeSessionMetadata _facts = new("", "", 0);
        private string? _asked;
        private string? _prompt;

        /// <summary>True if a line of a recognized kind was found.</summary>
        public bool IsKnown { get; private set; }

        /// <summary>True if the last timestamp and the model's last text were found, so that no earlier lines need to be read.</summary>
        public bool IsWhole => _facts is { LastAt: not null, LastWords: not null };

        public void ReadEntry(JsonElement root)
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

        public ClaudeSessionMetadata AddTo(ClaudeSessionMetadata head, string? first) =>
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
/// <param name="IsOfModel">True for a message of the model, false for one of the user or a tool's result.</param>
/// <param name="Text">Truncated text. Empty for tool calls and their results.</param>
/// <param name="At">Time of the message, or null if unknown.</param>
/// <param name="AnswerId">Id of the model's answer that the message is part of.</param>
/// <param name="Model">Model that wrote the message.</param>
/// <param name="Usage">Tokens of the whole answer, or null if unknown.</param>
public sealed record ClaudeSessionMessage(
    bool IsOfModel,
    string Text,
    DateTimeOffset? At,
    string? AnswerId,
    string? Model,
    TokenUsage? Usage
);
