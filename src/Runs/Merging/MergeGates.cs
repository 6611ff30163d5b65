using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging;

/// <summary>Runs the gates of merged work at the commit that may become staging, and determines the result for the task merged
/// last.</summary>
internal sealed class MergeGates(RunServices services, GitRepository repository, RunFiles files)
{
    /// <summary>Default number of times that a gate runs before its failure counts.</summary>
    public const int UsualTries = 2;

    private const int LongestName = 200;
    private const int MostNotes = 3;
    private readonly GateCheck _gates = new(services);

    /// <summary>Runs the gates of all merged tasks and of every merged tree, each once.</summary>
    /// <param name="merged">Merged tasks that were not on staging yet, in order; the result is for the last one.</param>
    /// <param name="staging">Current position of staging.</param>
    /// <param name="commit">The commit at which the gates run.</param>
    /// <param name="tries">Number of times that a failing gate runs before the failure counts.</param>
    /// <param name="stop">Stops the running gate.</param>
    /// <returns>The result for the last task, which is successful if all gates pass.</returns>
    public async Task<MergeResult> RunAsync(
        IReadOnlyList<MergeRequest> merged,
        string staging,
        string commit,
        int tries,
        CancellationToken stop
    )
    {
        var last = merged[^1];
        var groups = GatesOf(merged);
        IReadOnlyList<Gate> gates = [.. groups.SelectMany(group => group)];
        IReadOnlyList<string> changed = gates.Any(ChangedFileNames.AreAskedFor)
            ? [.. (await new Diffs(repository).BetweenAsync(staging, commit, stop)).Select(c => c.Path)]
            : [];
        var evidence = Path.Combine(files.Folder.Task(last.TaskId), $"merge-gates-{last.Attempt}");
        var (flaky, fromCache) = (new List<string>(), "");
        var failures = await FailuresAsync(expectedRed: tries > 1 ? null : gates);
        for (var again = tries; again > UsualTries && failures.Count > 0 && !failures.Any(f => f.BlamesMachine); again--)
        {
            // All gates are looked up again, because one may need files that another leaves. Gates that passed on this tree are not run
            // again.
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
        return failures.Count == 0 ? passed : Refuse(passed, merged, failures) with { Failures = tries };

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
                        task: last.TaskId
                    )
                );
            }
            flaky.AddRange(verdicts.Where(v => v.Passed && v.Failure == GateFailure.Flaky).Select(v => NameOf(v.Gate)));
            fromCache = string.Join(
                "; ",
                GateFormatter.SinceBase(verdicts).Take(MostNotes).Prepend(GateFormatter.FromCache(verdicts)).Where(note => note.Length > 0)
            );
            return GateCheck.Failures(files, verdicts);
        }
    }

    /// <summary>Groups the gates, each once, by the first task that requires it. A resolved conflict must also pass the gates of the tasks
    /// that it was in conflict with. Each group starts in a clean tree, as if its task were
    /// merged alone. Otherwise a test suite shared by two tasks could fail because of files from its first run.</summary>
    private IReadOnlyList<IReadOnlyList<Gate>> GatesOf(IReadOnlyList<MergeRequest> merged)
    {
        var partners = new ConflictPartners(files.Folder);
        var asked = merged
            .SelectMany(request =>
                // For an installation, the task's own work is not done yet.
                request.Installs
                    ? [files.Gates.Beside(files.Plan)]
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

    private MergeResult Refuse(MergeResult passed, IReadOnlyList<MergeRequest> merged, IReadOnlyList<GateVerdict> failures)
    {
        var (last, others) = (merged[^1], merged.Take(merged.Count - 1).Select(request => request.TaskId).ToList());
        var broken = failures.FirstOrDefault(f => f.BlamesMachine);
        var together = others.Count == 0 ? "" : $" with {string.Join(", ", others)}";
        return passed with
        {
            Outcome = MergeOutcome.Refused,
            Failed = [.. failures.Select(f => NameOf(f.Gate)).Distinct()],
            Message = broken is not null
                ? GateCheck.Explain(files, broken)
                : $"On the merged tree{together}: {string.Join(" ", failures.Select(f => GateCheck.Explain(files, f)))}",
            FailureClass = broken is null ? FailureClass.None : FailureClass.Environment,
            ProblemsFile = ProblemsFile.Write(
                files.Folder,
                last.TaskId,
                last.Attempt,
                [
                    "Your work passes the gates of its own tree, but merged it does not pass those of staging. What other tasks did "
                        + "meanwhile is now in your worktree; make all of it hold.\n",
                    .. others.Count == 0
                        ? (string[])[]
                        :
                        [
                            "It failed together with these tasks, which pass without yours:\n"
                                + string.Concat(others.Select(id => $"- {id}: {files.Task(id).Description.Trim().Split('\n', 2)[0]}\n")),
                        ],
                    .. failures.Select(GateFormatter.Section),
                ]
            ),
        };
    }

    /// <summary>Returns a gate's name for the run's record.</summary>
    private static string NameOf(Gate gate) => gate.Command.Length <= LongestName ? gate.Command : gate.Command[..LongestName];
}
