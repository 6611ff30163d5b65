using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging;

/// <summary>Runs the gates of merged work at the commit that may become staging, and decides what the result means for the task merged
/// last.</summary>
internal sealed class MergeGates(RunServices services, GitRepository repository, RunFiles files)
{
    /// <summary>The usual number of runs of a gate before its failure counts.</summary>
    public const int UsualTries = 2;

    private const int LongestName = 200;
    private const int MostNotes = 3;
    private readonly GateCheck _gates = new(services);

    /// <summary>Runs the gates of all merged tasks, each once, and those of every merged tree.</summary>
    /// <param name="merged">Tasks merged in the commit that were not on staging, in order; the result is for the last one.</param>
    /// <param name="staging">Where staging is.</param>
    /// <param name="commit">The gated commit.</param>
    /// <param name="tries">How often a failing gate is run before the failure counts.</param>
    /// <param name="stop">Stops the gate that runs.</param>
    /// <returns>For the last one: made where all gates pass, else refused.</returns>
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
            // All are looked up, since one may need files that another leaves; gates that passed on this tree are known.
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
                GateWords.SinceBase(verdicts).Take(MostNotes).Prepend(GateWords.FromCache(verdicts)).Where(note => note.Length > 0)
            );
            return GateCheck.Failures(files, verdicts);
        }
    }

    /// <summary>Each gate once, with the first task that requires it. Gates of each task begin in a clean tree, as when it is merged alone:
    /// the same suite of two tasks may leave files that break its second run.</summary>
    private IReadOnlyList<IReadOnlyList<Gate>> GatesOf(IReadOnlyList<MergeRequest> merged)
    {
        var asked = merged
            .Select(request =>
                // The task's own work is not done yet.
                request.Installs
                    ? files.Gates.Beside(files.Plan)
                    : files.Gates.OfMerge(files.Plan, files.Task(request.TaskId))
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
                    .. failures.Select(GateWords.Section),
                ]
            ),
        };
    }

    /// <summary>Name of a gate in the run's record.</summary>
    private static string NameOf(Gate gate) => gate.Command.Length <= LongestName ? gate.Command : gate.Command[..LongestName];
}
