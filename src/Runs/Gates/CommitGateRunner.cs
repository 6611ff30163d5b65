using Orchestrator.Gates.Detection;
using Orchestrator.Gates.Results;
using Orchestrator.Gates.Running;
using Orchestrator.Gates.Trees;
using Orchestrator.Gates.Turns;
using Orchestrator.Git.Refs;
using Orchestrator.Plans.Readers.Quarantine;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Runs gates at one commit, in a clean worktree outside the repository. A gate that already passed on the same git tree is skipped (see
/// <see cref="GateResultStore"/>).
/// </summary>
public sealed class CommitGateRunner(RunServiceBundle services)
{
    private readonly GateResultStore _results = services.Part(all => new GateResultStore(all.Environment, all.Time));
    private readonly Lazy<GateRunner> _runner = new(() =>
        new GateRunner(GateScheduler.Of(services.Environment, services.Time), services.Time)
    );

    /// <summary>Runs the gates one after another and returns all verdicts.</summary>
    /// <param name="commit">The commit to check.</param>
    /// <param name="gates">The gates to run. The caller may list them in any order.</param>
    /// <param name="changed">Paths of the files that differ from the base. They become the value of <c>{modified_files}</c>.</param>
    /// <param name="evidence">Absolute path of the folder for the output of the gates.</param>
    /// <param name="stop">Stops the running gate.</param>
    /// <param name="expectedRed">Gates that can't pass yet because the work is not done. Their failures are not retried.</param>
    /// <param name="isMerge">True if the commit is a merge on staging.</param>
    /// <param name="task">Id of the task whose work is checked, or empty if the work does not belong to a single task.</param>
    /// <param name="isBase">True if the commit is the run's base, which contains no agent's work.</param>
    /// <param name="newTests">Names of new and changed tests. If the gate can select tests, these are run three times to find flaky
    /// ones.</param>
    /// <param name="onlyConcerned">True to skip each gate that covers none of the changed files, unless a barrier of the merge queue was
    /// changed.</param>
    /// <param name="isComparison">True if the commit exists only for a comparison. Its verdicts are then not counted in the failure rates
    /// of gates.</param>
    public async Task<IReadOnlyList<GateVerdict>> RunAsync(
        RunPlanAndSettings files,
        GitRepository repository,
        string commit,
        IReadOnlyList<Gate> gates,
        IReadOnlyList<string> changed,
        string evidence,
        CancellationToken stop,
        IReadOnlyList<Gate>? expectedRed = null,
        bool isMerge = false,
        string task = "",
        bool isBase = false,
        bool isComparison = false,
        IReadOnlyList<string>? newTests = null,
        bool onlyConcerned = false
    )
    {
        if (gates.Count == 0)
        {
            return [];
        }
        gates = GateOrder.Sort(gates);
        var isBegun = isBase && !isComparison;
        var question = await QuestionAsync(files, repository, commit, gates, changed, isBegun, stop) with { IsComparison = isComparison };
        var lookups = await LookUpAsync(repository, gates, question, stop);
        var outcomes = new List<GateVerdict>();
        var atBase = isComparison ? new Dictionary<string, GateVerdict>() : GateBaseline.Read(files);
        var lacksTests = GateBaseline.LackTests(atBase, gates) && (task.Length > 0 || GateBaseline.SomeTaskLacksTests(files, atBase));
        await using var tree = new CommitGateWorktree(files, repository, services, commit, isMerge, isBase, evidence, task);
        var pass = new GateRunAtCommitParameters(files, repository, tree, question, evidence, isBase, expectedRed ?? [], newTests ?? []);
        var skipped = onlyConcerned ? SkippedFor(changed, gates, files) : [];
        foreach (var gate in gates)
        {
            var known = skipped.GetValueOrDefault(gate) ?? lookups[gate].Known;
            if (
                known is null
                && (await tree.BeginAsync(stop) ?? await tree.StartAsync(StartOf(gate, lookups, question), stop)) is { } failure
            )
            {
                Told(NotSetUp(gate, failure));
                return outcomes;
            }
            Told(GateBaseline.Compare(atBase, known ?? await JudgeAsync(gate, lookups[gate].Key, pass, stop), lacksTests));
        }
        if (isBegun && tree.IsBegun)
        {
            await WorktreeSetUpRunner.KeepBuildsAsync(tree.Place.Worktree, files, services, stop);
        }
        return outcomes;

        void Told(GateVerdict verdict)
        {
            outcomes.Add(verdict);
            GateEvidence.Add(files.Folder, evidence, verdict);
        }
    }

    /// <summary>
    /// Returns the verdicts of the gates that are skipped because they cover none of the changed files. No gate is skipped if the setting
    /// <c>merge.barriers</c> lists a changed file. If no file was changed, all gates run, because only they show that no change was needed.
    /// </summary>
    private static Dictionary<Gate, GateVerdict> SkippedFor(
        IReadOnlyList<string> changed,
        IReadOnlyList<Gate> gates,
        RunPlanAndSettings files
    )
    {
        if (changed.Count == 0 || changed.Any(TaskFileOwnership.Of(files.Settings.Train.Barriers).Owns))
        {
            return [];
        }
        var concerned = GateOrder.ConcernedBy(gates, changed);
        return gates
            .Where(gate => !concerned.Contains(gate))
            .Distinct()
            .ToDictionary(
                gate => gate,
                gate => new GateVerdict
                {
                    Gate = gate,
                    Command = gate.Command,
                    Result = GateResult.Skipped,
                }
            );
    }

    /// <summary>Runs a gate in a prepared worktree, and records the gate's verdict.</summary>
    /// <param name="key">Key under which a passed result can be reused, or null if it can't be reused.</param>
    private async Task<GateVerdict> JudgeAsync(Gate gate, string? key, GateRunAtCommitParameters pass, CancellationToken stop)
    {
        var (files, repository, tree, question, evidence, isBase, expectedRed, newTests) = pass;
        var subject = await tree.SubjectAsync(question.Changed, gate, stop) with
        {
            TrustsOutput = isBase,
            RerunFailure = !expectedRed.Contains(gate),
            NewTests = newTests,
            FlakyBefore = _results.FlakyTestsOf(repository, gate),
        };
        var isClean = tree.IsClean;
        var (setUp, removed, stashed) = (tree.ChangedBySetUp, tree.Restorer.RemovedBefore, tree.Stashed);
        var verdict = await RunAsync(gate, subject, evidence, stop);
        var traces = await tree.EndAsync(stop);
        verdict = GateWorktreeChangeRecorder.AddNotes(verdict, traces, setUp, removed, stashed);
        if (!isBase && StatesFault(verdict) && await FailsAlikeAtBaseAsync(files, repository, verdict, question.Changed, evidence, stop))
        {
            verdict = verdict with { Failure = GateFailure.Environment };
        }
        var isReusable = traces is { IsWhole: true, Changed: [] } && setUp.Count == 0 && isClean && tree.IsClean;
        return await _results.NoteAsync(repository, verdict, question, isReusable ? key : null, traces.LeavesFiles, stop);
    }

    private sealed record GateRunAtCommitParameters(
        RunPlanAndSettings Files,
        GitRepository Repository,
        CommitGateWorktree Tree,
        GateResultQuery Question,
        string Evidence,
        bool IsBase,
        IReadOnlyList<Gate> ExpectedRed,
        IReadOnlyList<string> NewTests
    );

    private async Task<bool> LacksBuildsAsync(
        RunPlanAndSettings files,
        GitRepository repository,
        IReadOnlyList<Gate> gates,
        CancellationToken stop
    ) =>
        !files.Start.Input.Fresh
        && new WorktreeManager(repository).FindCheckout(files.Start.LinkedWorktree) is { } checkout
        && await WorktreeSetUpRunner.LacksBuildsAsync(checkout, files, services, gates, stop);

    private static bool StatesFault(GateVerdict verdict) =>
        verdict is { Result: GateResult.Failed, Kind: GateOutcomeKind.Environment, Failure: GateFailure.Logic, Gate.Negate: false }
        && verdict.Environment != EnvironmentCause.TimeOut;

    /// <summary>
    /// True if the gate reports the same environment problem at the run's base, or if set-up fails there. An agent's code could fake the
    /// text of such a problem, but the base does not contain that code.
    /// </summary>
    private async Task<bool> FailsAlikeAtBaseAsync(
        RunPlanAndSettings files,
        GitRepository repository,
        GateVerdict verdict,
        IReadOnlyList<string> changed,
        string evidence,
        CancellationToken stop
    )
    {
        if (await new RefStore(repository).ReadAsync(RunRefNameBuilder.Base(files.Folder), stop) is not { } began)
        {
            return false;
        }
        var beside = Path.Combine(evidence, "at-base");
        await using var tree = new CommitGateWorktree(files, repository, services, began, isMerge: false, isBase: true, beside, "");
        if (await tree.BeginAsync(stop) is not null)
        {
            return true;
        }
        var subject = await tree.SubjectAsync(changed, verdict.Gate, stop) with { TrustsOutput = true, RerunFailure = false };
        var atBase = await RunAsync(verdict.Gate, subject, beside, stop);
        return !atBase.Passed && atBase.Kind == GateOutcomeKind.Environment && atBase.Environment == verdict.Environment;
    }

    /// <summary>
    /// Looks up stored verdicts. If a gate has to run, gates whose output files it may need are run again, even if their verdicts are
    /// stored. These are its required gates and, unless it starts clean, all earlier gates except tests and linters.
    /// </summary>
    private async Task<IReadOnlyDictionary<Gate, GateCacheLookupResult>> LookUpAsync(
        GitRepository repository,
        IReadOnlyList<Gate> gates,
        GateResultQuery question,
        CancellationToken stop
    )
    {
        var lookups = new Dictionary<Gate, GateCacheLookupResult>();
        foreach (var gate in gates.Reverse())
        {
            var found = await _results.FindAsync(repository, gate, question, stop);
            if (found.Known is { LeavesFiles: true } && lookups.Any(later => later.Value.Known is null && Serves(gate, later.Key)))
            {
                found = found with { Known = null };
            }
            lookups[gate] = found;
        }
        return lookups;

        bool Serves(Gate gate, Gate later) =>
            GateOrder.NeededBy(later, gates).Contains(gate)
            || (!StartsClean(later, question.Settings) && gate.Type is not (GateType.Test or GateType.Lint));
    }

    // Files that other gates left could make a test pass, and its verdict would then be cached for the commit.
    private static bool StartsClean(Gate gate, OrchestratorSettings settings) =>
        gate.Clean || (gate.Type == GateType.Test && gate.MayBeCached && settings.Gates.Cache);

    /// <summary>
    /// Determines the files that exist when a gate starts. If a gate with a clean start requires other gates, those also start clean,
    /// because their outputs become files of that gate.
    /// </summary>
    private static GateStartOptions StartOf(Gate gate, IReadOnlyDictionary<Gate, GateCacheLookupResult> lookups, GateResultQuery question)
    {
        var all = question.Gates;
        var clean = all.Where(one => lookups[one].Known is null && StartsClean(one, question.Settings));
        return new GateStartOptions(
            gate,
            clean.Any(one => one == gate || GateOrder.NeededBy(one, all).Contains(gate)),
            [.. GateOrder.NeededBy(gate, all).Where(needed => lookups[needed].Known is null)],
            question.Changed
        );
    }

    private async Task<GateResultQuery> QuestionAsync(
        RunPlanAndSettings files,
        GitRepository repository,
        string commit,
        IReadOnlyList<Gate> gates,
        IReadOnlyList<string> changed,
        bool keepsBuilds,
        CancellationToken stop
    ) =>
        new((await new GitCommitReaderAndWriter(repository).ReadAsync(commit, stop))!.Tree, changed, files.Settings, files.Start.SetUp)
        {
            Run = files.Folder.Name,
            Gates = gates,
            // A gate whose build outputs are not cached runs even if its verdict is known, so that later worktrees can start with these
            // outputs.
            Fresh = files.Start.Input.Fresh || (keepsBuilds && await LacksBuildsAsync(files, repository, gates, stop)),
            ReadQuarantine = reading => QuarantineAtBaseAsync(files, repository, reading),
        };

    // The quarantine of the base applies, so that no task can quarantine its own tests.
    private static async Task<TestQuarantine> QuarantineAtBaseAsync(
        RunPlanAndSettings files,
        GitRepository repository,
        CancellationToken stop
    ) =>
        await new RefStore(repository).ReadAsync(RunRefNameBuilder.Base(files.Folder), stop) is { } began
            ? (await QuarantineAsync(repository, began, stop)).Quarantine
            : TestQuarantine.None;

    /// <summary>Reads the tests that are quarantined at a commit, and all errors in the quarantine file.</summary>
    public static async Task<(TestQuarantine Quarantine, IReadOnlyList<PlanFault> Faults)> QuarantineAsync(
        GitRepository repository,
        string commit,
        CancellationToken stop
    ) =>
        await new GitCommitReaderAndWriter(repository).ReadFileAsync(commit, TestQuarantine.FileName, stop) is { } bytes
            ? TestQuarantineReader.Read(Encoding.UTF8.GetString(bytes))
            : (TestQuarantine.None, []);

    /// <summary>Creates the verdict of a gate whose worktree could not be prepared.</summary>
    public static GateVerdict NotSetUp(Gate gate, string failure) =>
        new()
        {
            Gate = gate,
            Result = GateResult.CouldNotRun,
            Failure = GateFailure.Environment,
            Command = gate.Command,
            Refusal = failure,
        };

    /// <summary>
    /// Sets up a new worktree at the run's base in the same way as for an agent. Called if all verdicts at the base are cached, so that no
    /// gate run has tested set-up.
    /// </summary>
    /// <param name="onlyToKeep">True to skip the set-up if its result could not be cached for later worktrees.</param>
    /// <returns>The reason why set-up failed, or null if it succeeded or was skipped.</returns>
    public async Task<string?> TrySetUpAsync(
        RunPlanAndSettings files,
        GitRepository repository,
        string commit,
        string evidence,
        bool onlyToKeep,
        CancellationToken stop
    )
    {
        if (
            files.Start.SetUp.Count == 0
            || (
                onlyToKeep
                && new WorktreeManager(repository).FindCheckout(files.Start.LinkedWorktree) is { } checkout
                && !await WorktreeSetUpRunner.IsToBeKeptAsync(checkout, files, services, stop)
            )
        )
        {
            return null;
        }
        await using var place = await new VerificationWorktreePool(repository, services.Environment).AcquireTreeAsync(commit, false, stop);
        return await WorktreeSetUpRunner.RunAsync(place.Worktree, files, services, evidence, stop, isBase: true);
    }

    /// <summary>
    /// Returns the verdicts that prevent a merge. Gates that are not required, are quarantined or already failed at the base usually do not
    /// count. Required measurements always count, and required test gates count if no other test checks the work and new failures are
    /// possible.
    /// </summary>
    public static IReadOnlyList<GateVerdict> Failures(RunPlanAndSettings files, IEnumerable<GateVerdict> outcomes)
    {
        var advisory = GateBaseline.RedAtBase(files);
        return
        [
            .. outcomes.Where(o =>
                !o.IsAcceptable && (o.Gate.IsMeasurement || o.DecidesAnyway || !advisory.Contains(o.Gate.Identity.Command))
            ),
        ];
    }

    /// <summary>Returns the path of a gate's complete output, relative to the repository, or empty if the gate was not run.</summary>
    public static string EvidenceOf(RunPlanAndSettings files, GateVerdict verdict) =>
        verdict.EvidenceFile is { } file ? files.Folder.Relative(file) : "";

    /// <summary>
    /// Describes a gate's failure for users, with the decisive part of its output, the path of the complete output, and a remedy.
    /// </summary>
    public static string Explain(RunPlanAndSettings files, GateVerdict verdict)
    {
        var isOfProject = files.Gates.OfProject().Any(g => g.IsSameAs(verdict.Gate));
        var cure = verdict.BlamesMachine
            ? GateProgramProbe.SuggestFix(verdict.Gate, isOfProject, files.Folder.Repository, files.Start.Found.Gates, verdict.Environment)
            : "";
        return GateVerdictFormatter.Explain(verdict, EvidenceOf(files, verdict), cure);
    }

    private async Task<GateVerdict> RunAsync(Gate gate, GateRunContext subject, string evidence, CancellationToken stop)
    {
        // Several measurements may have the same command.
        var name = GateCacheKey.Of(gate, GateCacheKey.ChangedFiles(gate, subject.ChangedFiles), gate.IsMeasurement ? gate.Name : "")[..16];
        return await _runner.Value.RunAsync(gate, subject, Path.Combine(evidence, $"gate-{name}.log"), stop);
    }
}
