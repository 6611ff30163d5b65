using System.Security.Cryptography;
using Orchestrator.Git;
using Orchestrator.Git.Guard;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Protects the git state that all worktrees share against changes by an agent. The state is recorded before the agent starts, and restored
/// after the agent has ended and the differences have been stored. A change is attributed to the agent only if it matches the agent's tool
/// calls, because other programs also change the repository.
/// </summary>
internal sealed class AgentRunGitStateGuard(TaskBranchAndWorktree workspace, RunServiceBundle services, int start)
{
    private const string FileName = "foreign.json";
    private readonly string _folder = Path.Combine(CacheFolder.Of(workspace.Repository, services.Environment), "guard");

    private string RecordFile => Path.Combine(_folder, "records", $"{workspace.RunId}-{workspace.TaskId}-{start}.json");

    private SharedGitStateProtector Guard => new(workspace.Repository, Path.Combine(_folder, "kept"));

    /// <summary>Records the shared git state before the agent starts. A record that was made before a crash is kept.</summary>
    public Task RecordAsync(Worktree worktree)
    {
        CacheFolder.Open(workspace.Repository, services.Environment);
        return Guard.RecordAsync(worktree, RecordFile);
    }

    /// <summary>Compares the shared git state with its recorded state after the agent has ended, and restores the recorded state.</summary>
    /// <param name="attempt">Number of the task's attempt.</param>
    /// <param name="toolUsage">Tool usage of the agent.</param>
    /// <param name="isConfined">True if a sandbox prevented the agent from writing to the main checkout.</param>
    /// <returns>Notices for users. Each notice is returned only once per run.</returns>
    public async Task<IReadOnlyList<TaskNotice>> PutBackAsync(Worktree worktree, int attempt, ToolUsage toolUsage, bool isConfined = false)
    {
        StaleGitLockRemover.Remove(worktree, workspace.Branch);
        new WorktreeHead(worktree).Repair(workspace.Branch);
        if (File.Exists(RecordFile))
        {
            workspace.Repository.RemoveLocksOfTheDead(File.GetLastWriteTimeUtc(RecordFile));
        }
        var note = Path.Combine(workspace.Files.Folder.Start(workspace.TaskId, start), FileName);
        var guard = Guard;
        await guard.RestoreAsync(
            worktree,
            RecordFile,
            $"refs/heads/{workspace.Files.Settings.Worktrees.BranchPrefix}",
            $"{workspace.TaskId} of {workspace.RunId}",
            found =>
            {
                var known = Read(note)?.Changes ?? [];
                var news = found
                    .Select(change => new SharedGitStateChange(
                        Describe(guard, change),
                        change.Kind == SharedGitStateDifferenceKind.Program,
                        toolUsage.CallThatChanged(change) ?? ""
                    ))
                    .Where(change => known.All(k => k.Text != change.Text));
                DurableFile.Write(
                    note,
                    JsonSerializer.SerializeToUtf8Bytes(
                        new SharedGitStateChangeList(attempt, [.. known, .. news]),
                        GitStateChangeJsonContext.Default.SharedGitStateChangeList
                    )
                );
            }
        );
        File.Delete(RecordFile);
        IEnumerable<TaskNotice> notices = Read(note) is { } noted
            ?
            [
                .. noted
                    .Changes.Where(change => IsNews(change.Text))
                    .Select(change => new TaskNotice($"{change.Text}.", change.IsForPerson)),
            ]
            : [];
        var unexpected = isConfined ? "" : await UnexpectedFileDetector.FindAsync(workspace.Repository, workspace.Files);
        return unexpected.Length > 0 && IsNews(unexpected) ? [.. notices, new TaskNotice(unexpected)] : [.. notices];
    }

    /// <summary>
    /// Lists the changes to shared git state that agents of an attempt made with their tool calls, as sentences for the next agent.
    /// </summary>
    public static IEnumerable<string> Problems(RunFolder folder, string taskId, int lastStart, int attempt) =>
        from number in Enumerable.Range(1, lastStart)
        let note = Read(Path.Combine(folder.Start(taskId, number), FileName))
        where note is not null && note.Attempt == attempt
        from change in note.Changes
        where change.By.Length > 0
        select $"By running '{change.By}', you changed something that all tasks and the user share: {change.Text}. Leave refs, hooks and "
            + "settings alone; "
            + "change only the files of your task.";

    private string Describe(SharedGitStateProtector guard, SharedGitStateDifference change)
    {
        var done = change.Kind switch
        {
            SharedGitStateDifferenceKind.Program =>
                $" while agents worked and was moved away, because git would run programs through it; 'orchestrate accept' restores it",
            _ when change.IsLeft => " while agents worked and was not changed back",
            _ => $" while {workspace.TaskId} was running and was restored",
        };
        return $"{change}{done}{(guard.KeptAt(change) is { } kept ? $" (kept: {kept})" : "")}";
    }

    /// <summary>
    /// True if the run has not yet reported a notice with this text. Agents that run at the same time find the same changes, so only the
    /// first notice is reported, even after a crash.
    /// </summary>
    public bool IsNews(string text)
    {
        var file = Path.Combine(
            workspace.Files.Folder.Path,
            "noticed",
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24]
        );
        var teller = $"{workspace.TaskId}/{start}";
        return DurableFile.TryCreate(file, teller) || DurableFile.TryRead(file) == teller;
    }

    // If a power failure damaged the file, only the notice is lost. The quarantined item is kept.
    private static SharedGitStateChangeList? Read(string path) =>
        StoredJsonReader.TryRead(path, GitStateChangeJsonContext.Default.SharedGitStateChangeList);
}

/// <summary>Collects an agent's tool calls, to find the call that caused a change to shared git state.</summary>
internal sealed class ToolUsage
{
    private readonly Dictionary<string, string> _subjects = new(StringComparer.Ordinal);

    /// <summary>Adds the tool call in an event, or removes an earlier tool call that the event reports as failed.</summary>
    public void RecordToolCalls(AgentEvent happened)
    {
        if (happened is AgentToolCallEvent use)
        {
            _subjects[use.Id] = use.Subject;
        }
        else if (happened is AgentToolErrorEvent error)
        {
            _subjects.Remove(error.ToolUseId);
        }
    }

    /// <summary>
    /// Returns the tool call that mentions the changed item, or null if there is none. Also null for changes that are left in place and for
    /// a worktree that lost its link to the repository.
    /// </summary>
    public string? CallThatChanged(SharedGitStateDifference change)
    {
        if (change.IsLeft || change.Kind == SharedGitStateDifferenceKind.Link)
        {
            return null;
        }
        var name = change.Kind == SharedGitStateDifferenceKind.Program ? change.Name.Split(':', 2)[^1] : change.Name;
        return _subjects.Values.FirstOrDefault(subject => subject.Contains(name, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>A change to shared git state that was found after an agent run.</summary>
/// <param name="Text">Sentence about the change, without its full stop.</param>
/// <param name="IsForPerson">True if a user must be notified.</param>
/// <param name="By">The tool call of the agent that made the change, or empty if none is known.</param>
internal sealed record SharedGitStateChange(string Text, bool IsForPerson, string By);

/// <summary>The changes to shared git state that were found after one agent run.</summary>
internal sealed record SharedGitStateChangeList(int Attempt, IReadOnlyList<SharedGitStateChange> Changes);

[JsonSerializable(typeof(SharedGitStateChangeList))]
internal sealed partial class GitStateChangeJsonContext : JsonSerializerContext;
