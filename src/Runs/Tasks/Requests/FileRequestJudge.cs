using System.Buffers;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>
/// Grants or refuses an agent's requests for files outside its task's ownership, or requires a user's approval. A file that an open task
/// owns is never granted.
/// </summary>
/// <param name="asking">The requesting task.</param>
/// <param name="leases">Leases that tasks of all runs in the repository hold or wait for.</param>
/// <param name="others">Other tasks of the run.</param>
internal sealed class FileRequestJudge(
    RunPlanAndSettings files,
    TaskWorkflowInput asking,
    IReadOnlyList<LeaseRequest> leases,
    TaskFileClaims others
)
{
    private readonly string _task = asking.Task.Id;
    private const int Most = 20;
    private static readonly SearchValues<char> Wildcards = SearchValues.Create("*?[]{}");
    private readonly TaskFileGrantStore _grants = new(files.Folder);

    /// <summary>Determines which of the requested files are allowed, and grants them. A repeated call has the same result.</summary>
    /// <param name="wanted">Paths of the requested files.</param>
    /// <param name="isApproved">True if a user has approved the paths that always require approval.</param>
    public async Task<FileRequestVerdict> JudgeAsync(IReadOnlyList<string> wanted, bool isApproved, CancellationToken stop)
    {
        if (wanted.Count > Most)
        {
            return new FileRequestVerdict([], [$"At most {Most} files can be requested at once."], []);
        }
        var verdict = new FileRequestVerdict([], [], []);
        foreach (var text in wanted.Distinct(StringComparer.Ordinal))
        {
            verdict = await JudgeAsync(verdict, text, isApproved, stop);
        }
        return verdict;
    }

    private async Task<FileRequestVerdict> JudgeAsync(FileRequestVerdict verdict, string text, bool isApproved, CancellationToken stop)
    {
        var shown = FileNameEncoding.Show(text);
        if (!RepositoryPath.TryNormalize(text, out var path, out var fault))
        {
            return verdict.Refuse($"'{shown}' {fault}.");
        }
        if (path.AsSpan().ContainsAny(Wildcards) || path is "." or "")
        {
            return verdict.Refuse($"'{shown}' is not the name of a file. Name each file that you need to write.");
        }
        if (files.Task(asking) is var own && TaskFileOwnership.Of(own).Owns(path))
        {
            return verdict.AddGranted(asking.Lent.Contains(path) ? path : null, $"{path} belongs to your task, so you may write it.");
        }
        if (InterfaceContractChecker.Of(files, path) is not null)
        {
            return verdict.Refuse($"{path} is a contract, which only the orchestrator may change.");
        }
        if (GeneratedFiles.IsGenerated(path))
        {
            return verdict.Refuse($"{path} is generated, and only the orchestrator changes it. Request the package instead (--needs).");
        }
        var pattern = PathPattern.Parse(path);
        if (!isApproved && ProtectedPath.Overlapping(path, files.Settings.AlwaysRequireHuman) is { } glob)
        {
            return verdict with { NeedPerson = [.. verdict.NeedPerson, $"{path} ('{glob}' always needs the user's approval)"] };
        }
        if (HolderInPlan(pattern, path) is { } holder)
        {
            return verdict.Refuse(holder);
        }
        if (TaskLeaseRequestBuilder.HolderOf(leases, files.Folder.Name, path) is { } elsewhere)
        {
            return verdict.Refuse(elsewhere);
        }
        return await _grants.GrantAsync(new GrantedFile(_task, path), lent => GrantedTo(lent, pattern, path), stop) is { } borrowed
            ? verdict.Refuse(borrowed)
            : verdict.AddGranted(path, $"{path} is granted to you, so you may write it like your own files.");
    }

    /// <summary>
    /// Returns a sentence that names an open task that may write a path, or null if there is none. A failed task counts as open, because it
    /// may be retried.
    /// </summary>
    private string? HolderInPlan(PathPattern pattern, string path)
    {
        var holder = others
            .Plan.Tasks.Where(other => other.Id != _task && others.IsOpen(other.Id))
            .FirstOrDefault(other => other.FilesWrite is null || Holds(other, pattern));
        return holder is null ? null : $"{path} belongs to {holder.Id} ({others.StateOf(holder.Id)}).";
    }

    /// <summary>Returns a sentence that names the task to which a path is granted, or null if the path is granted to no task.</summary>
    /// <param name="lent">Grants in the run's folder. They include recent ones that are not in the run's history yet, which can only cause
    /// a refusal.</param>
    private string? GrantedTo(IReadOnlyList<GrantedFile> lent, PathPattern pattern, string path)
    {
        var other = lent.Concat(others.Lent)
            .FirstOrDefault(one => one.Task != _task && PathPattern.Parse(one.Path).Overlaps(pattern) && others.IsOpen(one.Task));
        return other is null ? null : $"{path} is granted to {other.Task} ({others.StateOf(other.Task)}).";
    }

    private static bool Holds(PlanTask other, PathPattern pattern) =>
        TaskFileOwnership.Of(other).Patterns.Any(own => PathPattern.Parse(own).Overlaps(pattern));
}

/// <summary>The plan of a run, and the run's tasks as reported by its workflow.</summary>
/// <param name="Plan">The plan, including the tasks that were added to it.</param>
/// <param name="Tasks">The states of the tasks. A task without a state counts as open.</param>
internal sealed record TaskFileClaims(Plan Plan, IReadOnlyList<RunTaskStatus> Tasks)
{
    /// <summary>All files that are granted to tasks of the run.</summary>
    public IEnumerable<GrantedFile> Lent => Tasks.SelectMany(task => (task.Lent ?? []).Select(path => new GrantedFile(task.Id, path)));

    /// <summary>True if a task may still write its files.</summary>
    public bool IsOpen(string id) => !TaskStateNames.IsDone(StateOf(id));

    /// <summary>Returns the state of a task.</summary>
    public string StateOf(string id) => Tasks.FirstOrDefault(other => other.Id == id)?.State ?? TaskStateNames.Pending;
}

/// <summary>Result of a request for files.</summary>
/// <param name="Lent">Paths of all files that are granted to the task, including earlier grants.</param>
/// <param name="Said">One sentence for the agent about each decision.</param>
/// <param name="NeedPerson">Paths that a user must approve first.</param>
internal sealed record FileRequestVerdict(IReadOnlyList<string> Lent, IReadOnlyList<string> Said, IReadOnlyList<string> NeedPerson)
{
    /// <summary>Returns this result with an additional sentence that refuses a file.</summary>
    public FileRequestVerdict Refuse(string why) => this with { Said = [.. Said, $"{why} Your task may not write this file."] };

    /// <summary>
    /// Returns this result with an additional sentence that allows access to a file. If <paramref name="path"/> is not null, it is added to
    /// the granted files.
    /// </summary>
    public FileRequestVerdict AddGranted(string? path, string said) =>
        this with
        {
            Lent = path is null ? Lent : [.. Lent, path],
            Said = [.. Said, said],
        };
}
