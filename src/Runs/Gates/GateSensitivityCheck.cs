using Orchestrator.Gates.Tampering;

namespace Orchestrator.Runs.Gates;

/// <summary>Work whose gates have passed.</summary>
/// <param name="Files">Plan and settings of the run.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="From">Commit that the work started from.</param>
/// <param name="Commit">Commit of the work.</param>
/// <param name="Verdicts">Verdicts of the gates on the work.</param>
/// <param name="Basis">Changes of the work.</param>
/// <param name="Evidence">Folder for the output of gates.</param>
public sealed record GatedWork(
    RunFiles Files,
    GitRepository Repository,
    string Task,
    string From,
    string Commit,
    IReadOnlyList<GateVerdict> Verdicts,
    ChangePartition Basis,
    string Evidence
);

/// <summary>Runs a task's gates on trees in which one half of its changes is reverted. One tree has its product changes with the base's
/// tests, the other its tests with the base's product.</summary>
/// <param name="gates">Runs gates at a commit.</param>
public sealed class GateSensitivityCheck(GateCheck gates)
{
    /// <summary>Runs the base's own tests and other support files on the task's product changes.</summary>
    /// <param name="more">Further gates whose result the task's changes may affect.</param>
    public async Task<BaseSuite> RunBaseSuiteAsync(GatedWork work, IReadOnlyList<Gate> more, CancellationToken stop)
    {
        IReadOnlyList<Gate> all =
        [
            .. work
                .Verdicts.Select(verdict => verdict.Gate)
                .Concat(more)
                .Where(gate => gate.Type is GateType.Test or GateType.Custom or GateType.Build && !gate.IsMeasurement)
                .DistinctBy(gate => gate.Identity),
        ];
        if (work.Basis.Supports.Count == 0 || all.All(gate => gate.Type == GateType.Build))
        {
            return BaseSuite.NotRun with { Fewer = BaseSuite.FewerIn(work.Verdicts, await RunAtBaseAsync(work, RanFewer(), stop)) };
        }
        var verdicts = await RunAsync(work, work.Commit, isBefore: true, "base-suite", all, isRed: false, stop);
        IReadOnlyList<Gate> red = [.. verdicts.Where(BaseSuite.IsRed).Select(verdict => verdict.Gate)];
        return BaseSuite.Of(work.Verdicts, verdicts, await RunAtBaseAsync(work, red, stop));

        IReadOnlyList<Gate> RanFewer() => [.. work.Verdicts.Where(GateTampering.RanFewerThanBefore).Select(verdict => verdict.Gate)];
    }

    private Task<IReadOnlyList<GateVerdict>> RunAtBaseAsync(GatedWork work, IReadOnlyList<Gate> some, CancellationToken stop) =>
        gates.RunAsync(
            work.Files,
            work.Repository,
            work.From,
            some,
            [],
            Path.Combine(work.Evidence, "base-suite", "at-base"),
            stop,
            task: work.Task,
            isComparison: true
        );

    /// <summary>Runs the task's new and changed tests without its product changes, to prove that they fail.</summary>
    /// <param name="tests">Tests in the task's test files.</param>
    /// <param name="inProduct">Tests in the task's other files.</param>
    /// <param name="failed">Tests whose base version fails on the work.</param>
    /// <returns>The proof, or null if the task has no such tests or no test gate; and the ids of failed tests that no longer prove
    /// anything.</returns>
    public async Task<(RedProof? Proof, IReadOnlyList<string> Hollow)> ProveRedAsync(
        GatedWork work,
        TestChanges tests,
        TestChanges inProduct,
        IReadOnlyList<string> failed,
        CancellationToken stop
    )
    {
        IReadOnlyList<Gate> all =
        [
            .. work
                .Verdicts.Where(verdict => verdict.Passed || verdict.Quarantined)
                .Select(verdict => verdict.Gate)
                .Where(gate => gate.Type is GateType.Test or GateType.Build),
        ];
        if (all.All(gate => gate.Type == GateType.Build))
        {
            return (null, []);
        }
        if (tests.ToProve.Count == 0 && failed.Count == 0)
        {
            return (RedProofs.Of(inProduct, RedProofGap.NotSeparable), []);
        }
        if (work.Basis.Product.Count == 0)
        {
            return (RedProofs.Of(tests, RedProofGap.NoProductChange), []);
        }
        var verdicts = await RunAsync(work, work.From, isBefore: false, "without-change", all, isRed: true, stop);
        IReadOnlyList<GateVerdict> ofTests = [.. verdicts.Where(verdict => verdict.Gate.Type == GateType.Test)];
        return (
            tests.ToProve.Count == 0 ? RedProofs.Of(inProduct, RedProofGap.NotSeparable) : RedProofs.Of(tests, ofTests),
            RedProofs.Hollow(tests, failed, ofTests)
        );
    }

    private async Task<IReadOnlyList<GateVerdict>> RunAsync(
        GatedWork work,
        string onto,
        bool isBefore,
        string name,
        IReadOnlyList<Gate> all,
        bool isRed,
        CancellationToken stop
    )
    {
        var commit = await new FileCommits(work.Repository).ComposeAsync(
            onto,
            work.Basis.Supports,
            isBefore,
            $"Compare the gates of {work.Task}",
            new CommitTrailers(work.Files.Folder.Name, work.Task),
            stop
        );
        IReadOnlyList<string> changed = [.. work.Basis.Supports.Concat(work.Basis.Product).Select(file => file.Path)];
        return await gates.RunAsync(
            work.Files,
            work.Repository,
            commit,
            all,
            changed,
            Path.Combine(work.Evidence, name),
            stop,
            expectedRed: isRed ? all : null,
            task: work.Task,
            isComparison: true
        );
    }
}
