using Orchestrator.Gates.Tampering;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Verifies a task's work. It checks that the task owns all changed files, commits them, and runs the gates at that commit. The claims of
/// the agent are only recorded.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class TaskWorkVerifier(RunServiceBundle services)
{
    private const string NothingChanged = "The agent ended without changing any file.";
    private const string Unproven = "No gate shows that the work is complete.";

    // The gates may already have passed before the agent changed anything.
    private const string GaveUp =
        "The gates pass, but the agent ended with an error without reporting its work as done. Finish the work, and end "
        + "without an error or report it as done.";

    // The number is limited because the paths are sent through Temporal.
    private const int MostHeldBack = 20;

    private readonly CommitGateRunner _gates = new(services);

    /// <summary>Verifies the work of one attempt. A repeated call finds the existing commit.</summary>
    /// <param name="input">The task, the attempt and the agent's claim.</param>
    /// <param name="stop">Stops the running gate.</param>
    public async Task<VerifyResult> VerifyAsync(VerifyTaskInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var result = await JudgeAsync(files, input, stop);
        return result.Problems.Count > 0 && RunSandboxFactory.RefusedHosts(files.Folder, input.Task.Task.Id) is { Count: > 0 } refused
            ? result with
            {
                Problems =
                [
                    .. result.Problems,
                    $"The task's programs were denied access to {Plural.Of(refused.Count, "host")}: "
                        + $"{FileNameEncoding.List(refused)}. If this is the cause, the user "
                        + $"can allow {Plural.Form(refused.Count, "it", "one")}: 'orchestrate network allow {refused[0]}' for all tasks or "
                        + $"'network: [{refused[0]}]' for the task or the gate in the plan.",
                ],
            }
            : result;
    }

    private async Task<VerifyResult> JudgeAsync(RunPlanAndSettings files, VerifyTaskInput input, CancellationToken stop)
    {
        var task = files.Task(input.Task);
        var work = new VerifiedWork(
            files,
            task,
            input,
            new TaskBranchAndWorktree(await services.OpenRepositoryAsync(files), files, task.Id)
        );
        if (await CommitAsync(work, stop) is { } uncommitted)
        {
            return uncommitted;
        }
        work.Differences = await new GitDiffReader(work.Workspace.Repository).BetweenAsync(input.Prepared.BaseCommit, work.Commit, stop);
        return RefuseForeign(work)
            ?? await RefuseBreachesAsync(work, stop)
            ?? await RefuseMissingContentAsync(work, stop)
            ?? await JudgeByGatesAsync(work, stop);
    }

    /// <summary>
    /// Uses the commit of a cached result or, if there is none, checks and commits the worktree. Returns the rejection of the work, or null
    /// if there is a commit.
    /// </summary>
    private static async Task<VerifyResult?> CommitAsync(VerifiedWork work, CancellationToken stop)
    {
        if (work.Input.Prepared.ReusedCommit.Length > 0 && work.Input.Start == 0)
        {
            work.Commit = work.Input.Prepared.ReusedCommit;
            return null;
        }
        var made = new TaskCommitter(work.Workspace, work.Task, work.Files);
        (var problems, work.Commit) = await CheckAndCommitAsync(made, work.Input, work.Notes, stop);
        work.HeldBack = made.HeldBack;
        return problems.Count > 0 ? work.Refuse(problems) : null;
    }

    /// <summary>Rejects a cached result that changes files the task does not own.</summary>
    private static VerifyResult? RefuseForeign(VerifiedWork work)
    {
        var owned = TaskFileOwnership.Of(work.Task);
        List<string> foreign =
            work.Input.Start == 0
                ? [.. work.Changed.Where(path => !owned.Owns(path) || InterfaceContractChecker.Of(work.Files, path) is not null)]
                : [];
        return foreign.Count > 0
            ? work.Refuse([$"The earlier result changes files that this task does not own: {FileNameEncoding.List(foreign)}."])
            : null;
    }

    private static async Task<VerifyResult?> RefuseBreachesAsync(VerifiedWork work, CancellationToken stop)
    {
        var commits = new GitCommitReaderAndWriter(work.Workspace.Repository);
        var breaches = await InterfaceContractChecker.ProblemsAsync(work.Files, commits, work.Commit, work.Differences, stop);
        return breaches.Count > 0 ? work.Refuse(breaches) : null;
    }

    private static async Task<VerifyResult?> RefuseMissingContentAsync(VerifiedWork work, CancellationToken stop) =>
        work.Workspace.Worktrees.Find(work.Workspace.WorktreePath) is { } checkout
        && await GitLfsFileReader.MissingAsync(checkout, work.Differences, stop) is { Count: > 0 } missing
            ? work.Refuse([MissingContent(missing)])
            : null;

    private async Task<VerifyResult> JudgeByGatesAsync(VerifiedWork work, CancellationToken stop)
    {
        var (files, task, input) = (work.Files, work.Task, work.Input);
        var repository = work.Workspace.Repository;
        var claims = AgentOutcomeClaim.Read(files.Folder, task.Id, input.Start, input.SaidHash);
        var sources = await TestFiles.ReadAsync(repository, input.Prepared.BaseCommit, work.Commit, work.Differences, stop);
        var outcomes = MeasurementComparison.WithClaims(
            await _gates.RunAsync(
                files,
                repository,
                work.Commit,
                files.Gates.Of(files.Plan, task),
                work.Changed,
                GateEvidence.Folder(files.Folder, task.Id, input.Attempt),
                stop,
                task: task.Id,
                newTests: new TestCodeChanges(sources).ToProve,
                onlyConcerned: true
            ),
            claims
        );
        var failures = CommitGateRunner.Failures(files, outcomes);
        work.Gates = GateSummary.Of(outcomes, failures.Count > 0, work.Changed.Exists(HasBehavior));
        work.Measurements = MeasurementComparison.Of(outcomes);
        return ReportMachineFault(work, failures)
            ?? await RefuseFailedAsync(work, failures, stop)
            ?? RefuseGivenUp(work, outcomes)
            ?? await RefuseUnchangedAsync(work, outcomes, stop)
            ?? await AcceptAsync(work, outcomes, claims, sources, stop);
    }

    private static VerifyResult? ReportMachineFault(VerifiedWork work, IReadOnlyList<GateVerdict> failures) =>
        failures.FirstOrDefault(failure => failure.BlamesMachine) is { } broken
            ? new VerifyResult
            {
                Commit = work.Commit,
                Problems = [CommitGateRunner.Explain(work.Files, broken)],
                FailureClass = FailureClass.Environment,
                Gates = work.Gates,
                Measurements = work.Measurements,
            }
            : null;

    private static async Task<VerifyResult?> RefuseFailedAsync(
        VerifiedWork work,
        IReadOnlyList<GateVerdict> failures,
        CancellationToken stop
    )
    {
        if (failures.Count == 0)
        {
            return null;
        }
        IReadOnlyList<string> hidden = [.. await HiddenAsync(work, stop), .. UnlandableFileFinder.Explain(work.HeldBack)];
        // If the work was not done, passed gates prove nothing. Their output only shows what is missing.
        IReadOnlyList<string> words = work.IsIdle ? [NothingChanged] : [.. failures.Select(f => CommitGateRunner.Explain(work.Files, f))];
        var sections = (work.IsIdle ? words.Select(word => $"- {word}\n") : [])
            .Concat(failures.Select(GateVerdictFormatter.Section))
            .Concat(hidden);
        return work.RefuseGated([.. words, .. hidden], [.. sections]);
    }

    private static VerifyResult? RefuseGivenUp(VerifiedWork work, IReadOnlyList<GateVerdict> outcomes) =>
        work.Input.EndedWith.Length > 0 && (!work.Input.ClaimedDone || !outcomes.Any(outcome => outcome.Result == GateResult.Passed))
            ? work.Refuse([work.Input.ClaimedDone ? Unproven : GaveUp])
            : null;

    private static async Task<VerifyResult?> RefuseUnchangedAsync(
        VerifiedWork work,
        IReadOnlyList<GateVerdict> outcomes,
        CancellationToken stop
    )
    {
        if (!work.IsIdle)
        {
            return null;
        }
        if (outcomes.Count == 0)
        {
            return work.Refuse([$"{NothingChanged} No gate shows that no change was needed.", .. await HiddenAsync(work, stop)]);
        }
        work.Notes.Add("no file was changed; the gates pass without a change");
        return null;
    }

    /// <summary>Accepts work whose gates passed, unless the verdicts are insufficient evidence.</summary>
    private async Task<VerifyResult> AcceptAsync(
        VerifiedWork work,
        IReadOnlyList<GateVerdict> outcomes,
        AgentOutcomeClaim? claims,
        IReadOnlyList<ChangedTestFile> sources,
        CancellationToken stop
    )
    {
        work.Notes.AddRange(DescribeEnd(work.Input));
        if (GateVerdictFormatter.Unproven(work.Gates) is { Length: > 0 } unproven)
        {
            work.Notes.Add(unproven);
        }
        work.Notes.AddRange([.. GateVerdictFormatter.Notes(outcomes), .. MeasurementComparison.Unknown(outcomes, claims)]);
        var power = await new PassedGateAssuranceAssessor(_gates).FindAsync(
            work.Files,
            work.Workspace,
            work.Task,
            work.Input,
            work.Commit,
            work.Differences,
            sources,
            outcomes,
            stop
        );
        if (power.Refusal is { } refusal)
        {
            return work.RefuseGated([refusal]) with { Red = power.Red };
        }
        work.Notes.AddRange(power.Notes);
        await TaskResultCache.KeepAsync(work.Workspace, work.Task, work.Input, work.Commit, work.Changed.Count > 0, stop);
        var verified = new VerifyResult
        {
            Commit = work.Commit,
            Gates = work.Gates,
            Measurements = work.Measurements,
            HeldBack = FormatPlaces(work.HeldBack),
            Notes = work.Notes,
            Red = power.Red,
            NeedsPerson = string.Join(" ", AttemptProblemFileWriter.SelectFirst(power.ForPerson)),
        };
        await work.Workspace.ReturnVerifiedAsync(verified, stop);
        return verified;
    }

    private static IReadOnlyList<string>? FormatPlaces(IReadOnlyList<string> places) =>
        places.Count == 0 ? null : [.. places.Take(MostHeldBack).Select(place => FileNameEncoding.Show(place))];

    private static IEnumerable<string> DescribeEnd(VerifyTaskInput input)
    {
        if (input.EndedWith.Length > 0)
        {
            yield return $"{input.EndedWith} The agent reported that it is done, and its work passes its gates, so it was accepted";
        }
        else if (!input.ClaimedDone)
        {
            yield return "the agent did not report done; its gates decided";
        }
    }

    private static string MissingContent(IReadOnlyList<string> missing) =>
        $"The content of {FileNameEncoding.List(missing)}, which Git LFS stores, is not in the repository: the commit names content that "
        + "was "
        + "never stored, or that was changed later. Write the file again, 'git add' it, and leave the files in .git/lfs as git "
        + "made them.";

    /// <summary>True if a file may affect the behavior of a program. Documents and images do not.</summary>
    private static bool HasBehavior(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is not (".md" or ".txt" or ".rst" or ".adoc" or ".png" or ".svg" or ".jpg");

    /// <summary>
    /// Checks and commits the work. If git refuses to read or store a file, the agent gets a message and must fix the problem.
    /// </summary>
    private static async Task<(IReadOnlyList<string> Problems, string Commit)> CheckAndCommitAsync(
        TaskCommitter work,
        VerifyTaskInput input,
        List<string> notes,
        CancellationToken stop
    )
    {
        try
        {
            var problems = await work.FindProblemsAsync(input, notes, stop);
            return problems.Count > 0 ? (problems, "") : await work.CommitAsync(input, notes, stop);
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            return (
                [
                    $"git can't add the files in the worktree: {FileNameEncoding.Show(refusal.ErrorOutput.ReplaceLineEndings(" "), 600)} "
                        + "Repair the worktree so that 'git status' and 'git add --all' succeed, and remove files that git can't store.",
                ],
                ""
            );
        }
    }

    /// <summary>Returns a note about the task's files that git ignores. Empty if there are none.</summary>
    private static async Task<IReadOnlyList<string>> HiddenAsync(VerifiedWork work, CancellationToken stop) =>
        work.Workspace.Worktrees.Find(work.Workspace.WorktreePath) is { } worktree
        && await new IgnoredFileFinder(work.Workspace, work.Task, worktree).DescribeAsync(stop) is { Length: > 0 } hidden
            ? [hidden]
            : [];

    /// <summary>The work that is being verified, with the results so far.</summary>
    private sealed record VerifiedWork(RunPlanAndSettings Files, PlanTask Task, VerifyTaskInput Input, TaskBranchAndWorktree Workspace)
    {
        public string Commit { get; set; } = "";

        public IReadOnlyList<string> HeldBack { get; set; } = [];

        public IReadOnlyList<ChangedFile> Differences
        {
            get;
            set
            {
                field = value;
                Changed = [.. value.Select(difference => difference.Path)];
            }
        } = [];

        public List<string> Changed { get; private set; } = [];

        public GateSummary? Gates { get; set; }

        public IReadOnlyList<TaskMeasurement>? Measurements { get; set; }

        public List<string> Notes { get; } = [];

        /// <summary>True if the task should write files but changed none.</summary>
        public bool IsIdle => Changed.Count == 0 && Task.FilesWrite is not { Count: 0 };

        public VerifyResult RefuseGated(IReadOnlyList<string> problems, IReadOnlyList<string>? sections = null) =>
            Refuse(problems, sections) with
            {
                Gates = Gates,
                Measurements = Measurements,
            };

        public VerifyResult Refuse(IReadOnlyList<string> problems, IReadOnlyList<string>? sections = null)
        {
            if (Input.EndedWith.Length > 0)
            {
                var ended = $"The agent's last run failed: {Input.EndedWith}";
                (problems, sections) = ([ended, .. problems], sections is null ? null : [ended + "\n", .. sections]);
            }
            var file = AttemptProblemFileWriter.Write(
                Files.Folder,
                Task.Id,
                Input.Attempt,
                sections ?? [.. problems.Select(p => "- " + p)]
            );
            return new VerifyResult
            {
                Commit = Commit,
                Problems = AttemptProblemFileWriter.Bounded(problems, file),
                ProblemsFile = file,
            };
        }
    }
}
