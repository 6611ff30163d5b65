using Orchestrator.Git.Landing;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Planning;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>Compares the requested work with that of earlier runs by content, which is the plan or the request to a planner. It prevents
/// users from paying twice for the same work by accident.</summary>
public sealed class DuplicateRunCheck
{
    private readonly RepositoryReference _repository;
    private readonly string? _planHash;
    private readonly string? _request;
    private readonly IReadOnlySet<string> _chosen;

    private DuplicateRunCheck(RepositoryReference repository, string? planHash, string? request, IReadOnlySet<string> chosen)
    {
        _repository = repository;
        _planHash = planHash;
        _request = request;
        _chosen = chosen;
    }

    /// <summary>Returns the work of a start.</summary>
    /// <param name="input">The input of the start.</param>
    /// <param name="repository">The repository.</param>
    /// <returns>The work, or null if the start is an intended repetition, ends with its plan, or is unreadable.</returns>
    public static DuplicateRunCheck? Of(OrchestrationInput input, RepositoryReference repository) =>
        IsMeant(input) ? null
        : input.NeedsPlanner ? OfRequest(input, repository)
        : PlanLoading.ReadPlan(input, repository).Plan is { } plan ? OfPlan(plan, input, repository)
        : null;

    /// <summary>Returns the work of a run whose plan was loaded.</summary>
    /// <returns>The work, or null if the start is an intended repetition or its planner has already run.</returns>
    public static DuplicateRunCheck? Of(RunFiles files, RepositoryReference repository) =>
        IsMeant(files.Start.Input) || files.Start.Input.NeedsPlanner ? null : OfPlan(files.Plan, files.Start.Input, repository);

    private static bool IsMeant(OrchestrationInput input) => input.Again || input.PlanOnly || input.Conversations is not null;

    private static DuplicateRunCheck? OfRequest(OrchestrationInput input, RepositoryReference repository)
    {
        var source = RequestSource.Read(new BeginPlanningInput("", repository, input));
        return source.Fault is null
            ? new DuplicateRunCheck(repository, null, source.TextFor(input.Planning ?? new PlanningOptions()), new HashSet<string>())
            : null;
    }

    private static DuplicateRunCheck OfPlan(Plan plan, OrchestrationInput input, RepositoryReference repository) =>
        new(repository, PlanJson.Hash(plan), null, TaskSelection.Of(plan, input.Only, input.Phase, []));

    /// <summary>True if a run was started for this work.</summary>
    /// <param name="folder">The run's folder.</param>
    public bool IsOf(RunFolder folder) =>
        _request is null
            ? SmallFile.TryRead(folder.Plan) is { } plan && PlanJson.HashOf(plan) == _planHash
            : SmallFile.TryRead(folder.Planning("request.md")) is { } request
                && Encoding.UTF8.GetString(request) == _request
                && SmallFile.TryRead(folder.Planning("start.json")) is { } start
                && StoredJson.TryParse(start, MessageJson.Options.TypeOf<RunStart>()) is { Input.PlanOnly: false };

    /// <summary>Lists open runs of this work by their recorded status.</summary>
    /// <param name="but">Id of the requesting run, which is excluded.</param>
    public IEnumerable<RunStatus> FindOpen(string but) =>
        Recorded(but).Where(run => !RunStates.IsFinal(run.Status.State) && IsOf(run.Folder)).Select(run => run.Status);

    /// <summary>Finds the latest run that landed all of this work on a target that is unchanged since.</summary>
    /// <param name="but">Id of the requesting run, which is excluded.</param>
    /// <param name="target">Branch to land on, or null for the one that is checked out.</param>
    /// <param name="services">Opens repositories.</param>
    /// <returns>Recorded status of the run, or null if there is none.</returns>
    public async Task<RunStatus?> FindLandedAsync(string but, string? target, RunServices services, CancellationToken stop)
    {
        var landed = Recorded(but)
            .Where(run => run.Status.HasLanded && RunStates.IsFinal(run.Status.State) && Covers(run.Status) && IsOf(run.Folder))
            .OrderByDescending(run => run.Status.StartedAt)
            .ToList();
        if (landed.Count == 0)
        {
            return null;
        }
        var repository = await services.Repositories.OpenAsync(_repository.WorkTree);
        var checkout = new WorktreeStore(repository).FindCheckout(_repository.LinkedWorktree);
        if (await new RepositoryCheck(repository, checkout).FindTargetAsync(target, stop) is not { } branch)
        {
            return null;
        }
        foreach (var run in landed.Where(run => run.Status.Target == RunRefs.Shown(branch)))
        {
            if (await IsUnchangedAsync(run.Folder, run.Status, branch, repository, stop))
            {
                return run.Status;
            }
        }
        return null;
    }

    /// <summary>Rejects planning of repeated work, because a planner would be paid before a user can be asked about its plan.</summary>
    /// <returns>The rejection, or null if planning may start.</returns>
    public static async Task<PlanningBegun?> RefuseAsync(BeginPlanningInput input, RunServices services, CancellationToken stop)
    {
        var settings = services.LoadSettings(input.Repository.WorkTree, input.RunId, input.Input).Loaded.Settings;
        if (settings is null || Of(input.Input, input.Repository) is not { } work)
        {
            return null;
        }
        var open = work.FindOpen(input.RunId).FirstOrDefault(run => run.HasLanded || !input.Input.Yes);
        var repeated =
            open is not null ? DescribeOpen(open)
            : await work.FindLandedAsync(input.RunId, settings.Git.Target, services, stop) is { } landed ? Describe(landed)
            : null;
        return repeated is null ? null : new PlanningBegun { Faults = [$"{repeated} Start it with \"again\": true to pay for it again."] };
    }

    /// <summary>Describes a run that landed this work in a sentence.</summary>
    public static string Describe(RunStatus landed)
    {
        var what = landed.HasPlanner ? "request" : "plan";
        return $"{landed.RunId} already landed the same {what} ({RunLiveness.DescribeLanding(landed)}), and the files that its tasks "
            + "read or write have not changed since.";
    }

    /// <summary>Describes an open run of this work in a sentence.</summary>
    public static string DescribeOpen(RunStatus open)
    {
        var what = open.HasPlanner ? "request" : "plan";
        return $"{open.RunId} has the same {what} and is still open ({RunLiveness.Describe(open)})"
            + (open.HasLanded ? $"; it has landed a part ({RunLiveness.DescribeLanding(open)})." : ".");
    }

    private bool Covers(RunStatus run)
    {
        var merged = run
            .Tasks.Where(task => task.State is TaskStates.Merged or TaskStates.Resolved)
            .Select(task => task.Id)
            .ToHashSet(StringComparer.Ordinal);
        return _request is null ? _chosen.IsSubsetOf(merged) : run.State == RunStates.Completed;
    }

    private IEnumerable<(RunFolder Folder, RunStatus Status)> Recorded(string but)
    {
        var runs = Path.GetDirectoryName(new RunFolder(_repository.Path, but).Path)!;
        var own = RunFolder.NameOf(but);
        return !Directory.Exists(runs)
            ? []
            : Directory
                .EnumerateDirectories(runs)
                .Select(path => Path.GetFileName(path))
                .Where(name => name != own && !name.StartsWith(RunFolder.Removed, StringComparison.Ordinal))
                .Select(name => new RunFolder(_repository.Path, name))
                .Select(folder => (folder, StatusFile.Read(folder.Status)))
                .Where(run => run.Item2 is not null)
                .Select(run => (run.folder, run.Item2!));
    }

    /// <summary>True if the target is as the run left it, in all files that its tasks read and write. If nothing was merged, the branch
    /// with the work is compared.</summary>
    private static async Task<bool> IsUnchangedAsync(
        RunFolder folder,
        RunStatus run,
        string target,
        GitRepository repository,
        CancellationToken stop
    )
    {
        var branch = $"refs/heads/{(run.LandedOn.Length > 0 ? run.LandedOn : run.Target)}";
        var tips = await new RefStore(repository).ListAsync([target, branch], stop);
        if (
            !tips.TryGetValue(target, out var tip)
            || !await repository.HasCommitAsync(run.LandedCommit, stop)
            || SmallFile.TryRead(folder.StartFile) is not { } json
            || StoredJson.TryParse(json, MessageJson.Options.TypeOf<RunStart>()) is not { } start
            || TryReadPlan(folder) is not { } plan
        )
        {
            return false;
        }
        return await IsSameAsync(run.LandedCommit)
            || (
                branch != target
                && tips.GetValueOrDefault(branch) == run.LandedCommit
                && await repository.HasCommitAsync(run.BaseCommit, stop)
                && await IsSameAsync(run.BaseCommit)
            );

        async Task<bool> IsSameAsync(string commit) =>
            commit == tip
            || !(await new Diffs(repository).BetweenAsync(commit, tip, stop)).Any(file => Matters(file.Path, plan, start.OwnFiles));
    }

    private static Plan? TryReadPlan(RunFolder folder)
    {
        try
        {
            return SmallFile.TryRead(folder.Plan) is { } plan ? PlanJson.Read(plan) : null;
        }
        catch (JsonException)
        {
            // A damaged record proves nothing about later work.
            return null;
        }
    }

    /// <summary>True if a task reads or writes the file. A task that does not list its input files reads everything.</summary>
    private static bool Matters(string path, Plan plan, OrchestratorFiles own) =>
        !own.Unmissed.Any(ours => path == ours || path.StartsWith(ours + "/", StringComparison.Ordinal))
        && plan.Tasks.Any(task => Ownership.Of(task.FilesRead).Owns(path) || Ownership.Of(task).Owns(path));
}
