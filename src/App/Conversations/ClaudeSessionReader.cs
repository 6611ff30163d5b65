using System.Collections.Concurrent;
using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Gates.Secrets;

namespace Orchestrator.App.Conversations;

/// <summary>
/// Reads the Claude Code conversations on this machine, which are files in the <c>projects</c> folder of Claude Code's configuration folder
/// (<c>CLAUDE_CONFIG_DIR</c>, or else <c>~/.claude</c>). Except for transcripts, only the end of each file is read. The files are never
/// changed.
/// </summary>
/// <param name="environment">Determines the folder.</param>
public sealed class ClaudeSessionReader(IReadOnlyDictionary<string, string> environment)
{
    private const int LongestTitle = 200;
    private const int LongestWords = 600;

    /// <summary>Configuration folder of Claude Code.</summary>
    public string ConfigDirectory { get; } = ClaudeCliOptions.ConfigDirectoryOf(environment);

    private string Projects => Path.Combine(ConfigDirectory, "projects");

    /// <summary>
    /// Returns all conversations, or only those that changed since a given time, most recent first. Conversations of sub-agents are not
    /// listed separately.
    /// </summary>
    /// <param name="since">Earliest last write, or null for all conversations.</param>
    /// <param name="stop">Cancels the search.</param>
    public IReadOnlyList<ClaudeSession> List(DateTimeOffset? since, CancellationToken stop)
    {
        var processes = RunningClaudeProcessList.Find([ConfigDirectory]);
        var found = new ConcurrentBag<ClaudeSession>();
        Parallel.ForEach(
            Files().Where(file => since is not { } from || file.LastWriteTimeUtc >= from.UtcDateTime),
            new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount },
            file => found.Add(Of(ClaudeSessionFile.Read(file.FullName), processes))
        );
        return
        [
            .. found
                .OrderByDescending(session => session.LastAt ?? DateTimeOffset.MinValue)
                .ThenBy(session => session.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>Returns the ids of all conversations.</summary>
    public IReadOnlyList<string> Ids() =>
        [.. Files().Select(file => Path.GetFileNameWithoutExtension(file.Name)).Distinct(StringComparer.Ordinal)];

    /// <summary>Returns a conversation by its full id, or null if it does not exist.</summary>
    public ClaudeSession? Find(string id) =>
        Files().FirstOrDefault(file => Path.GetFileNameWithoutExtension(file.Name) == id) is { } file
            ? Of(ClaudeSessionFile.Read(file.FullName), RunningClaudeProcessList.Find([ConfigDirectory]))
            : null;

    /// <summary>
    /// Returns the last messages of a conversation, and the total numbers of messages, answers and tokens. Reads the whole file.
    /// </summary>
    /// <param name="session">Conversation to read.</param>
    /// <param name="most">Maximum number of messages.</param>
    public static SessionTranscript TranscriptOf(ClaudeSession session, int most)
    {
        var (last, answers, messages) = (new Queue<SessionTranscriptMessage>(), new Dictionary<string, (string Model, long Tokens)>(), 0);
        foreach (var message in ClaudeSessionFile.Messages(session.File))
        {
            if (message is { AnswerId: { } id, Usage: { } usage })
            {
                // An answer has one line per block. The last line has the most complete counts.
                answers[id] = (message.Model ?? "", usage.Total);
            }
            if (message.Text.Trim().Length == 0)
            {
                continue;
            }
            messages++;
            last.Enqueue(new SessionTranscriptMessage(message.IsOfModel, SecretScanner.Redact(message.Text.Trim()), message.At));
            if (last.Count > most)
            {
                last.Dequeue();
            }
        }
        return new SessionTranscript(
            messages,
            answers.Count,
            answers.Values.Sum(answer => answer.Tokens),
            [.. answers.Values.Select(answer => answer.Model).Where(model => model.Length > 0).Distinct()],
            [.. last]
        );
    }

    private IEnumerable<FileInfo> Files()
    {
        if (!Directory.Exists(Projects))
        {
            return [];
        }
        return new DirectoryInfo(Projects)
            .EnumerateDirectories()
            .Where(folder => folder.LinkTarget is null)
            .SelectMany(folder =>
            {
                try
                {
                    return folder.GetFiles("*.jsonl");
                }
                catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
                {
                    return [];
                }
            });
    }

    private static ClaudeSession Of(ClaudeSessionMetadata facts, RunningClaudeProcessList processes)
    {
        var pid = processes.Sessions.TryGetValue(facts.Id, out var found) ? found : (int?)null;
        return new ClaudeSession(
            facts.Id,
            facts.Path,
            facts.Bytes,
            pid is not null ? ClaudeSessionStatus.Alive
                : processes.Unassigned.Any(folder => facts.Folder is null || facts.Folder == folder) ? ClaudeSessionStatus.Unknown
                : ClaudeSessionStatus.Ended
        )
        {
            ProcessId = pid,
            Folder = facts.Folder,
            Branch = facts.Branch is { Length: > 0 } branch ? branch : null,
            Title = FormatText(facts.Title, LongestTitle),
            Version = facts.Version,
            Model = facts.Model,
            StartedAt = facts.StartedAt,
            LastAt = facts.LastAt,
            ContextTokens = facts.ContextTokens,
            LastWords = FormatText(facts.LastWords, LongestWords),
            Task = TaskOf(facts.Folder),
            Fault = facts.Fault,
        };
    }

    // The text is truncated after redaction, because a truncated secret would not be recognized.
    private static string? FormatText(string? text, int longest) =>
        text is null ? null : QuotedText.CutLine(SecretScanner.Redact(text), longest);

    /// <summary>
    /// Returns the run and task to which a worktree belongs, as <c>RUN/TASK</c>. Returns null if the worktree's path does not end with
    /// <c>RUN/TASK</c>, or if no parent folder contains that run and task.
    /// </summary>
    private static string? TaskOf(string? folder)
    {
        if (
            folder is null
            || Path.GetFileName(folder) is not { Length: > 0 } task
            || Path.GetDirectoryName(folder) is not { } above
            || Path.GetFileName(above) is not { Length: > 0 } run
        )
        {
            return null;
        }
        for (var at = Path.GetDirectoryName(above); at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists(Path.Combine(at, ".orchestrator", "runs", run, "tasks", task)))
            {
                return $"{run}/{task}";
            }
        }
        return null;
    }
}

/// <summary>The last messages of a conversation, and the total numbers of messages, answers and tokens.</summary>
/// <param name="Messages">Number of messages with a text.</param>
/// <param name="Answers">Number of the model's answers with token counts in the file.</param>
/// <param name="Tokens">All tokens of these answers, read and written.</param>
/// <param name="Models">Models of these answers.</param>
/// <param name="Last">Last messages with a text, oldest first.</param>
public sealed record SessionTranscript(
    int Messages,
    int Answers,
    long Tokens,
    IReadOnlyList<string> Models,
    IReadOnlyList<SessionTranscriptMessage> Last
);

/// <summary>A message of a conversation, with secrets redacted.</summary>
/// <param name="IsOfModel">True for the model's message, false for the user's.</param>
/// <param name="Text">Truncated text.</param>
/// <param name="At">Time of the message, or null if unknown.</param>
public sealed record SessionTranscriptMessage(bool IsOfModel, string Text, DateTimeOffset? At);
