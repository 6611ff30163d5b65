using Orchestrator.Gates.Results;
using Orchestrator.Gates.Running;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging;

/// <summary>
/// Runs the gates of merged tasks on the commit that may become the tip of staging. The result applies to the task that was merged last.
/// </summary>
internal sealed class MergeGateRunner(RunServiceBundle services, GitRepository repository, RunPlanAndSettings files)
{
    /// <summary>Number of times that a gate is run before its failure counts, unless the request specifies another number.</summary>
    public const int UsualTries = 2;

    /// <summary>
    /// Number of times that a gate is run if its failure mentions no changed file, which suggests flakiness, or if all failed gates are
    /// quick. In both cases, more gate runs cost less than another agent run for a task that is not at fault.
    /// </summary>
    private const int TriesOfDoubtful = 4;

    private const int LongestName = 200;
    private const int MostNotes = 3;
    private readonly CommitGateRunner _gates = new(services);

    /// <summary>Runs the gates of all merged tasks, and the gates that check every merge. Each gate is run once.</summary>
    /// <param name="merged">Merged tasks that are not on staging yet, in merge order. The result is for the last task.</param>
    /// <param name="staging">Current position of staging.</param>
    /// <param name="commit">Commit at which the gates are run.</param>
    /// <param name="tries">Number of times that a failing gate is run before its failure counts.</param>
    /// <param name="stop">Stops the running gate.</param>
    /// <returns>The result for the last task. It is a success if all gates pass.</returns>
    public async Task<MergeResult> RunAsync(
        IReadOnlyList<TaskMergeRequest> merged,
        string staging,
        string commit,
        int tries,
        CancellationToken stop
    )
    {
        var (last, groups) = (merged[^1], GatesOf(merged));
        IReadOnlyList<Gate> gates = [.. groups.SelectMany(group => group)];
        var changed = gates.Any(AsksForChanges) ? await ChangedAsync(staging, commit, stop) : [];
        var evidence = Path.Combine(files.Folder.Task(last.TaskId), $"merge-gates-{last.Attempt}");
        var (flaky, fromCache) = (new List<string>(), "");
        var failures = await FailuresAsync(expectedRed: tries > 1 ? null : gates);
        var runs = RunsOf(failures, tries);
        tries =
            failures.Count == 0
                ? tries
                : TriesAfter(failures, changed.Count > 0 ? changed : await ChangedAsync(staging, commit, stop), tries);
        for (; runs < tries && failures.Count > 0 && !failures.Any(f => f.BlamesMachine); runs++)
        {
            // All gates are looked up again, because one may need files of another. A gate that passed on this tree is not run again.
            IReadOnlyList<Gate> failed = [.. failures.Select(f => f.Gate)];
            failures = await FailuresAsync(expectedRed: gates);
            flaky.AddRange(failed.Where(gate => failures.All(f => f.Gate != gate)).Select(NameOf));
        }
        var passed = MergeAttempt.Of(last, staging) with
        {
            Outcome = MergeOutcome.Made,
            Commit = commit,
            Message = fromCache,
            Flaky = [.. flaky.Distinct()],
        };
        return failures.Count == 0 ? passed : Refuse(passed, merged, failures) with { Failures = runs };

        async Task<IReadOnlyList<GateVerdict>> FailuresAsync(IReadOnlyList<Gate>? expectedRed)
        {
            var verdicts = new List<GateVerdict>();
            foreach (var group in groups)
            {
                verdicts.AddRange(
                    await _gates.RunAsync(
                        files,
                        repository,
                        commit,
                        group,
                        changed,
                        evidence,
                        stop,
                        expectedRed,
                        isMerge: true,
                        task: last.TaskId,
                        onlyConcerned: true
                    )
                );
            }
            flaky.AddRange(verdicts.Where(v => v.Passed && v.Failure == GateFailure.Flaky).Select(v => NameOf(v.Gate)));
            fromCache = NotesOn(verdicts);
            return CommitGateRunner.Failures(files, verdicts);
        }
    }

    private static bool AsksForChanges(Gate gate) => gate.Covers is not null || ChangedFileNames.AreAskedFor(gate);

    /// <summary>
    /// Returns how many times the failed gates are run before the failure counts. In a batch of several tasks, fewer runs can be enough,
    /// because the bisection that follows confirms the failure.
    /// </summary>
    internal static int TriesAfter(IReadOnlyList<GateVerdict> failures, IReadOnlyList<string> changed, int tries)
    {
        var isNamed = failures.Any(failure => GateFailureFileMentionDetector.AnyOf(changed, failure));
        return tries == 1 ? (isNamed ? tries : UsualTries)
            : isNamed && failures.Any(failure => failure.Duration > GateRunner.Quick) ? tries
            : Math.Max(tries, TriesOfDoubtful);
    }

    /// <summary>
    /// Returns how many times the failed gates have been run so far. The gate that was run least often decides, so that none is run too
    /// rarely. A run beside another gate that used the same resource does not count.
    /// </summary>
    /// <param name="failures">Verdicts of the failed gates after their first runs.</param>
    /// <param name="tries">Number of times that a failing gate is run before its failure counts.</param>
    internal static int RunsOf(IReadOnlyList<GateVerdict> failures, int tries) =>
        tries == 1
            ? tries
            : Math.Max(UsualTries, failures.Select(failure => failure.RanAlone ? 1 : failure.Runs).DefaultIfEmpty(UsualTries).Min());

    private async Task<IReadOnlyList<string>> ChangedAsync(string staging, string commit, CancellationToken stop) =>
        [.. (await new GitDiffReader(repository).BetweenAsync(staging, commit, stop)).Select(change => change.Path)];

    private static string NotesOn(IReadOnlyList<GateVerdict> verdicts) =>
        string.Join(
            "; ",
            GateVerdictFormatter
                .BaseFailureNotes(verdicts)
                .Take(MostNotes)
                .Prepend(GateVerdictFormatter.FromCache(verdicts))
                .Where(note => note.Length > 0)
        );

    /// <summary>
    /// Groups the gates by the first task that requires them, so that each gate occurs once. After a resolved conflict, the gates of the
    /// other tasks in the conflict are included. Each group starts in a clean worktree, so that no gate can fail because of files from a
    /// previous group.
    /// </summary>
    private IReadOnlyList<IReadOnlyList<Gate>> GatesOf(IReadOnlyList<TaskMergeRequest> merged)
    {
        var partners = new ConflictingTaskStore(files.Folder);
        var asked = merged
            .SelectMany(request =>
                // The task that requested an installation is not done yet, so its gates are not run.
                request.Installs
                    ? [files.Gates.GatesFor(files.Plan)]
                    : partners.Of(request.TaskId).Prepend(request.TaskId).Select(id => files.Gates.OfMerge(files.Plan, files.Task(id)))
            )
            .ToList();
        if (asked is [var alone])
        {
            return [alone];
        }
        var owners = asked
            .SelectMany((gates, task) => gates.Select(gate => (Gate: gate, Task: task)))
            .GroupBy(owner => owner.Gate.Identity)
            .Select(same => (Gate: same.OrderByDescending(one => one.Gate.Required).First().Gate, same.First().Task))
            .ToList();
        return
        [
            .. Gate.WithOwnNames([.. owners.Select(owner => owner.Gate)])
                .Zip(owners, (gate, owner) => (Gate: gate, owner.Task))
                .GroupBy(owner => owner.Task, (_, group) => (IReadOnlyList<Gate>)[.. group.Select(owner => owner.Gate)]),
        ];
    }

    private MergeResult Refuse(MergeResult passed, IReadOnlyList<TaskMergeRequest> merged, IReadOnlyList<GateVerdict> failures)
    {
        var (last, others) = (merged[^1], merged.Take(merged.Count - 1).Select(request => request.TaskId).ToList());
        var broken = failures.FirstOrDefault(f => f.BlamesMachine);
        var together = others.Count == 0 ? "" : $" with {string.Join(", ", others)}";
        return passed with
        {
            Outcome = MergeOutcome.Refused,
            Failed = [.. failures.Select(f => NameOf(f.Gate)).Distinct()],
            Message = broken is not null
                ? CommitGateRunner.Explain(files, broken)
                : $"After the merge{together}: {string.Join(" ", failures.Select(f => CommitGateRunner.Explain(files, f)))}",
            FailureClass = broken is null ? FailureClass.None : FailureClass.Environment,
            ProblemsFile = AttemptProblemFileWriter.Write(
                files.Folder,
                last.TaskId,
                last.Attempt,
                [
                    "Your work passes its gates alone, but fails the gates of staging after the merge. Other tasks' work "
                        + "is now in your worktree; make all of it pass.\n",
                    .. others.Count == 0
                        ? (string[])[]
                        :
                        [
                            "Your work failed together with these tasks, which pass without your work:\n"
                                + string.Concat(others.Select(id => $"- {id}: {files.Task(id).Description.Trim().Split('\n', 2)[0]}\n")),
                        ],
                    .. failures.Select(GateVerdictFormatter.Section),
                ]
            ),
        };
    }

    /// <summary>Returns a gate's name for the run's history, shortened if necessary.</summary>
    private static string NameOf(Gate gate) => gate.Command.Length <= LongestName ? gate.Command : gate.Command[..LongestName];
}
