using Orchestrator.Git.Landing;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Planning;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>
/// Finds runs that have done or are doing the same work, by comparing plans and planning requests. This prevents users from accidentally
/// paying twice for the same work.
/// </summary>
public sealed class DuplicateRunChecker
{
    private readonly RepositoryReference _repository;
    private readonly string? _planHash;
    private readonly string? _request;
    private readonly IReadOnlySet<string> _chosen;

    private DuplicateRunChecker(RepositoryReference repository, string? planHash, string? request, IReadOnlySet<string> chosen)
    {
        _repository = repository;
        _planHash = planHash;
        _request = request;
        _chosen = chosen;
    }

    /// <summary>Creates the checker for a run that is about to start.</summary>
    /// <param name="input">The input of the run.</param>
    /// <param name="repository">The repository.</param>
    /// <returns>The check, or null if the user intends a repetition, if the run ends with its plan, or if the plan is unreadable.</returns>
    public static DuplicateRunChecker? Of(OrchestrationInput input, RepositoryReference repository) =>
        IsMeant(input) ? null
        : input.NeedsPlanner ? OfRequest(input, repository)
        : PlanLoader.ReadPlan(input, repository).Plan is { } plan ? OfPlan(plan, input, repository)
        : null;

    /// <summary>Creates the checker for a run whose plan has been loaded.</summary>
    /// <returns>The check, or null if the user intends a repetition or if the run's planner has already been paid.</returns>
    public static DuplicateRunChecker? Of(RunPlanAndSettings files, RepositoryReference repository) =>
        IsMeant(files.Start.Input) || files.Start.Input.NeedsPlanner ? null : OfPlan(files.Plan, files.Start.Input, repository);

    private static bool IsMeant(OrchestrationInput input) => input.Again || input.PlanOnly || input.Conversations is not null;

    private static DuplicateRunChecker? OfRequest(OrchestrationInput input, RepositoryReference repository)
    {
        var source = PlanningRequestReadResult.Read(new PreparePlanningInput("", repository, input));
        return source.Fault is null
            ? new DuplicateRunChecker(repository, null, source.TextFor(input.Planning ?? new PlanningOptions()), new HashSet<string>())
            : null;
    }

    private static DuplicateRunChecker OfPlan(Plan plan, OrchestrationInput input, RepositoryReference repository) =>
        new(repository, PlanJson.Hash(plan), null, RequestedTaskSelector.Of(plan, input.Only, input.Phase, []));

    /// <summary>True if the run in a folder was started for the same work.</summary>
    /// <param name="folder">The run's folder.</param>
    public bool IsOf(RunFolder folder) =>
        _request is null
            ? SmallFileReader.TryRead(folder.Plan) is { } plan && PlanJson.HashOf(plan) == _planHash
            : SmallFileReader.TryRead(folder.Planning("request.md")) is { } request
                && Encoding.UTF8.GetString(request) == _request
                && SmallFileReader.TryRead(folder.Planning("start.json")) is { } start
                && StoredJsonReader.TryParse(start, PayloadJsonOptions.Options.TypeOf<RunStartSettings>()) is { Input.PlanOnly: false };

    /// <summary>Lists the runs with the same work that are open according to their recorded status.</summary>
    /// <param name="but">Id of this run, which is excluded.</param>
    public IEnumerable<RunStatus> FindOpen(string but) =>
        Recorded(but).Where(run => !RunStateNames.IsFinal(run.Status.State) && IsOf(run.Folder)).Select(run => run.Status);

    /// <summary>
    /// Finds the latest run that landed all of this work. The files that its tasks read or write must not have changed on the target since
    /// then.
    /// </summary>
    /// <param name="but">Id of this run, which is excluded.</param>
    /// <param name="target">Branch on which this run would land, or null for the branch that is checked out.</param>
    /// <param name="services">Opens repositories.</param>
    /// <returns>Recorded status of the run, or null if there is none.</returns>
    public async Task<RunStatus?> FindLandedAsync(string but, string? target, RunServiceBundle services, CancellationToken stop)
    {
        var landed = Recorded(but)
            .Where(run => run.Status.HasLanded && RunStateNames.IsFinal(run.Status.State) && Covers(run.Status) && IsOf(run.Folder))
            .OrderByDescending(run => run.Status.StartedAt)
            .ToList();
        if (landed.Count == 0)
        {
            return null;
        }
        var repository = await services.Repositories.OpenAsync(_repository.WorkTree);
        var checkout = new WorktreeManager(repository).FindCheckout(_repository.LinkedWorktree);
        if (await new RepositoryReadinessChecker(repository, checkout).FindTargetAsync(target, stop) is not { } branch)
        {
            return null;
        }
        foreach (var run in landed.Where(run => run.Status.Target == RunRefNameBuilder.Label(branch)))
        {
            if (await IsUnchangedAsync(run.Folder, run.Status, branch, repository, stop))
            {
                return run.Status;
            }
        }
        return null;
    }

    /// <summary>
    /// Rejects planning if the same work was already requested. Otherwise, a user would pay for a planner before deciding whether to repeat
    /// the work.
    /// </summary>
    /// <returns>The rejection, or null if planning may start.</returns>
    public static async Task<PlanningPreparationResult?> RefuseAsync(
        PreparePlanningInput input,
        RunServiceBundle services,
        CancellationToken stop
    )
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
        return repeated is null
            ? null
            : new PlanningPreparationResult { Faults = [$"{repeated} To run and pay for it again, set \"again\": true."] };
    }

    /// <summary>Returns a sentence about a run that has landed the same work.</summary>
    public static string Describe(RunStatus landed)
    {
        var what = landed.HasPlanner ? "request" : "plan";
        return $"{landed.RunId} already landed the same {what} ({RunLivenessClassifier.DescribeLanding(landed)}), and the files that "
            + $"its tasks read or write have not changed since.";
    }

    /// <summary>Returns a sentence about an open run with the same work.</summary>
    public static string DescribeOpen(RunStatus open)
    {
        var what = open.HasPlanner ? "request" : "plan";
        return $"{open.RunId} has the same {what} and is still open ({RunLivenessClassifier.Describe(open)})"
            + (open.HasLanded ? $"; a part of its work has landed ({RunLivenessClassifier.DescribeLanding(open)})." : ".");
    }

    private bool Covers(RunStatus run)
    {
        var merged = run
            .Tasks.Where(task => task.State is TaskStateNames.Merged or TaskStateNames.Resolved)
            .Select(task => task.Id)
            .ToHashSet(StringComparer.Ordinal);
        return _request is null ? _chosen.IsSubsetOf(merged) : run.State == RunStateNames.Completed;
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
                .Select(folder => (folder, RunStatusFile.Read(folder.Status)))
                .Where(run => run.Item2 is not null)
                .Select(run => (run.folder, run.Item2!));
    }

    /// <summary>
    /// True if the files that the run's tasks read or write are the same on the target as in the landed commit. If the run landed on
    /// another branch, which is still unchanged, these files may instead be the same as at the run's base.
    /// </summary>
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
            || SmallFileReader.TryRead(folder.StartFile) is not { } json
            || StoredJsonReader.TryParse(json, PayloadJsonOptions.Options.TypeOf<RunStartSettings>()) is not { } start
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
            || !(await new GitDiffReader(repository).BetweenAsync(commit, tip, stop)).Any(file =>
                IsRelevant(file.Path, plan, start.OwnFiles)
            );
    }

    private static Plan? TryReadPlan(RunFolder folder)
    {
        try
        {
            return SmallFileReader.TryRead(folder.Plan) is { } plan ? PlanJson.Read(plan) : null;
        }
        catch (JsonException)
        {
            // A damaged record does not prove that the work is still there.
            return null;
        }
    }

    /// <summary>True if a task reads or writes the file. A task that lists no input files may read every file.</summary>
    private static bool IsRelevant(string path, Plan plan, OrchestratorFilePaths own) =>
        !own.Unmissed.Any(ours => path == ours || path.StartsWith(ours + "/", StringComparison.Ordinal))
        && plan.Tasks.Any(task => TaskFileOwnership.Of(task.FilesRead).Owns(path) || TaskFileOwnership.Of(task).Owns(path));
}
