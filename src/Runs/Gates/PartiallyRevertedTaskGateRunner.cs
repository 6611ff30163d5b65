using Orchestrator.Gates.Tampering;

namespace Orchestrator.Runs.Gates;

/// <summary>The work of a task that has passed its gates.</summary>
/// <param name="Files">The plan and start settings of the run.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="From">Commit from which the work started.</param>
/// <param name="Commit">Commit that contains the work.</param>
/// <param name="Verdicts">Verdicts of the gates on the work.</param>
/// <param name="Basis">The changes of the work, divided into product files and support files such as tests.</param>
/// <param name="Evidence">Absolute path of the folder for the output of gates.</param>
public sealed record VerifiedTaskWork(
    RunPlanAndSettings Files,
    GitRepository Repository,
    string Task,
    string From,
    string Commit,
    IReadOnlyList<GateVerdict> Verdicts,
    ProductAndGateInputChanges Basis,
    string Evidence
);

/// <summary>
/// Checks whether a task's gates detect its changes, by reverting either its product code or its tests. One gate run combines the changed
/// product code with the base's tests. Another one combines the changed tests with the base's product code.
/// </summary>
/// <param name="gates">Runs gates at a commit.</param>
public sealed class PartiallyRevertedTaskGateRunner(CommitGateRunner gates)
{
    /// <summary>
    /// Runs gates on the task's changes to product code, combined with the base's tests and the base's other files on which verdicts
    /// depend.
    /// </summary>
    /// <param name="more">Other gates whose result may depend on the task's changes.</param>
    public async Task<BaseSuiteVerdict> RunBaseSuiteAsync(VerifiedTaskWork work, IReadOnlyList<Gate> more, CancellationToken stop)
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
            return BaseSuiteVerdict.NotRun with
            {
                Fewer = BaseSuiteVerdict.FewerIn(work.Verdicts, await RunAtBaseAsync(work, RanFewer(), stop)),
            };
        }
        var verdicts = await RunAsync(work, work.Commit, isBefore: true, "base-suite", all, isRed: false, stop);
        IReadOnlyList<Gate> red = [.. verdicts.Where(BaseSuiteVerdict.IsRed).Select(verdict => verdict.Gate)];
        return BaseSuiteVerdict.Of(work.Verdicts, verdicts, await RunAtBaseAsync(work, red, stop));

        IReadOnlyList<Gate> RanFewer() =>
            [.. work.Verdicts.Where(GateTamperingDetector.RanFewerThanBefore).Select(verdict => verdict.Gate)];
    }

    private Task<IReadOnlyList<GateVerdict>> RunAtBaseAsync(VerifiedTaskWork work, IReadOnlyList<Gate> some, CancellationToken stop) =>
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

    /// <summary>
    /// Runs the task's new and changed tests without the task's changes to product code, to prove that the tests fail there.
    /// </summary>
    /// <param name="tests">Changed tests in files that contain only tests.</param>
    /// <param name="inProduct">Changed tests in product files, which can't be separated from the product changes.</param>
    /// <param name="failing">Ids of tests whose base version fails with the task's product changes. Awaited as late as possible, so that
    /// both runs can use gate slots at the same time.</param>
    /// <returns>The proof, and the ids of failed tests that no longer prove anything. The proof is null if the task has no such tests or no
    /// test gate.</returns>
    public async Task<(NewTestsOnBaseProductResult? Proof, IReadOnlyList<string> Hollow)> ProveRedAsync(
        VerifiedTaskWork work,
        TestCodeChanges tests,
        TestCodeChanges inProduct,
        Task<IReadOnlyList<string>> failing,
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
        if (tests.ToProve.Count == 0 && (await failing).Count == 0)
        {
            return (NewTestsOnBaseProductEvaluator.Of(inProduct, InconclusiveNewTestsCause.NotSeparable), []);
        }
        if (work.Basis.Product.Count == 0)
        {
            return (NewTestsOnBaseProductEvaluator.Of(tests, InconclusiveNewTestsCause.NoProductChange), []);
        }
        var verdicts = await RunAsync(work, work.From, isBefore: false, "without-change", all, isRed: true, stop);
        IReadOnlyList<GateVerdict> ofTests = [.. verdicts.Where(verdict => verdict.Gate.Type == GateType.Test)];
        return (
            tests.ToProve.Count == 0
                ? NewTestsOnBaseProductEvaluator.Of(inProduct, InconclusiveNewTestsCause.NotSeparable)
                : NewTestsOnBaseProductEvaluator.Of(tests, ofTests),
            NewTestsOnBaseProductEvaluator.FindIneffectiveTests(tests, await failing, ofTests)
        );
    }

    private async Task<IReadOnlyList<GateVerdict>> RunAsync(
        VerifiedTaskWork work,
        string onto,
        bool isBefore,
        string name,
        IReadOnlyList<Gate> all,
        bool isRed,
        CancellationToken stop
    )
    {
        var commit = await new CheckoutlessCommitBuilder(work.Repository).ComposeAsync(
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
