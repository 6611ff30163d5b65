using System.Security.Cryptography;
using Orchestrator.Git;
using Orchestrator.Git.Guard;

namespace Orchestrator.Runs.Tasks;

/// <summary>Guards what all worktrees share while an agent works: recorded before it starts, compared when it has ended. Differences are
/// first noted in the agent run's folder and then handled, so that a crash in between loses nothing. Others change the repository, too:
/// only what the agent's own tool calls show is attributed to it.</summary>
internal sealed class AgentGuard(TaskWorkspace workspace, RunServices services, int start)
{
    private const string FileName = "foreign.json";
    private readonly string _folder = Path.Combine(CacheFolder.Of(workspace.Repository, services.Environment), "guard");

    private string RecordFile => Path.Combine(_folder, "records", $"{workspace.RunId}-{workspace.TaskId}-{start}.json");

    private RepositoryGuard Guard => new(workspace.Repository, Path.Combine(_folder, "kept"));

    /// <summary>Records the state before the agent starts; a record from before a crash is kept.</summary>
    public Task RecordAsync(Worktree worktree)
    {
        CacheFolder.Open(workspace.Repository, services.Environment);
        return Guard.RecordAsync(worktree, RecordFile);
    }

    /// <summary>Compares and restores after it has ended.</summary>
    /// <param name="attempt">The task's attempt.</param>
    /// <param name="deeds">What it did by tool calls.</param>
    /// <param name="isConfined">It is known that it could not write in the main checkout.</param>
    /// <returns>Notices, once per run.</returns>
    public async Task<IReadOnlyList<TaskNotice>> PutBackAsync(Worktree worktree, int attempt, ToolDeeds deeds, bool isConfined = false)
    {
        StaleLocks.Remove(worktree, workspace.Branch);
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
                    .Select(change => new ForeignItem(
                        Describe(guard, change),
                        change.Kind == TamperedKind.Program,
                        deeds.ThatDid(change) ?? ""
                    ))
                    .Where(change => known.All(k => k.Text != change.Text));
                DurableFile.Write(
                    note,
                    JsonSerializer.SerializeToUtf8Bytes(new ForeignNote(attempt, [.. known, .. news]), ForeignNoteJson.Default.ForeignNote)
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
        var unexpected = isConfined ? "" : await UnexpectedFiles.FindAsync(workspace.Repository, workspace.Files);
        return unexpected.Length > 0 && IsNews(unexpected) ? [.. notices, new TaskNotice(unexpected)] : [.. notices];
    }

    /// <summary>The faults of agent runs of an attempt towards things that are not theirs, by their own tool calls, each a sentence for the
    /// agent.</summary>
    public static IEnumerable<string> Problems(RunFolder folder, string taskId, int lastStart, int attempt) =>
        from number in Enumerable.Range(1, lastStart)
        let note = Read(Path.Combine(folder.Start(taskId, number), FileName))
        where note is not null && note.Attempt == attempt
        from change in note.Changes
        where change.By.Length > 0
        select $"By '{change.By}' you changed what all tasks and the user share: {change.Text}. Leave refs, hooks and settings alone; "
            + "change only the files of your task.";

    private string Describe(RepositoryGuard guard, TamperedItem change)
    {
        var done = change.Kind switch
        {
            TamperedKind.Program =>
                $" while agents worked and was put aside, since git would run programs by it; 'orchestrate accept' takes it back",
            _ when change.IsLeft => " while agents worked and was left",
            _ => $" while {workspace.TaskId} was worked on and was put back",
        };
        return $"{change}{done}{(guard.KeptAt(change) is { } kept ? $" (kept: {kept})" : "")}";
    }

    /// <summary>Agents that run side by side find the same changes; only the first notice in a run counts, also after a crash.</summary>
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

    // A note that a power cut damaged is lost; what was put aside is not.
    private static ForeignNote? Read(string path) => StoredJson.TryRead(path, ForeignNoteJson.Default.ForeignNote);
}

/// <summary>The tool usage of an agent, from its event stream, without refused calls.</summary>
internal sealed class ToolDeeds
{
    private readonly Dictionary<string, string> _subjects = new(StringComparer.Ordinal);

    /// <summary>Handles an event.</summary>
    public void Take(AgentEvent happened)
    {
        if (happened is AgentToolUse use)
        {
            _subjects[use.Id] = use.Subject;
        }
        else if (happened is AgentToolError error)
        {
            _subjects.Remove(error.ToolUseId);
        }
    }

    /// <summary>The call that names the changed item; null where none does, and for items that are left alone anyway.</summary>
    public string? ThatDid(TamperedItem change)
    {
        if (change.IsLeft || change.Kind == TamperedKind.Link)
        {
            return null;
        }
        var name = change.Kind == TamperedKind.Program ? change.Name.Split(':', 2)[^1] : change.Name;
        return _subjects.Values.FirstOrDefault(subject => subject.Contains(name, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>Something that differed after an agent run.</summary>
/// <param name="Text">A sentence without its end.</param>
/// <param name="IsForPerson">A person has to know.</param>
/// <param name="By">The agent's own tool call that changed it; empty where none is known.</param>
internal sealed record ForeignItem(string Text, bool IsForPerson, string By);

/// <summary>The differences after one agent run.</summary>
internal sealed record ForeignNote(int Attempt, IReadOnlyList<ForeignItem> Changes);

[JsonSerializable(typeof(ForeignNote))]
internal sealed partial class ForeignNoteJson : JsonSerializerContext;
