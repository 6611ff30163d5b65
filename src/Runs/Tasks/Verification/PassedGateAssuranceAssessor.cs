using Orchestrator.Gates.Tampering;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks;

/// <summary>Assessment of how much the passed gates of a task prove, with the consequences for the task's work.</summary>
/// <param name="Notes">Remarks without consequences.</param>
/// <param name="ForPerson">One sentence for each reason why a user must approve the work. Empty if no approval is required.</param>
/// <param name="Red">Results of the task's new and changed tests without its product changes. Null if it has no such tests or the check is
/// disabled.</param>
/// <param name="Refusal">The reason why the work is returned to the agent, or null if it is accepted.</param>
internal sealed record PassedGateAssuranceAssessment(
    IReadOnlyList<string> Notes,
    IReadOnlyList<string> ForPerson,
    NewTestsOnBaseProductResult? Red,
    string? Refusal
);

/// <summary>
/// Determines how much passed gates prove about a task's work. It runs the base's tests with the work's product changes, and the work's
/// tests without these changes.
/// </summary>
/// <param name="gates">Runs gates at a commit.</param>
internal sealed class PassedGateAssuranceAssessor(CommitGateRunner gates)
{
    /// <summary>Determines how much the passed gates prove.</summary>
    /// <param name="differences">Changed files.</param>
    /// <param name="sources">Changed files that may contain tests, each in the old and the new version.</param>
    /// <param name="outcomes">Verdicts of the task's gates.</param>
    public async Task<PassedGateAssuranceAssessment> FindAsync(
        RunPlanAndSettings files,
        TaskBranchAndWorktree workspace,
        PlanTask task,
        VerifyTaskInput input,
        string commit,
        IReadOnlyList<ChangedFile> differences,
        IReadOnlyList<ChangedTestFile> sources,
        IReadOnlyList<GateVerdict> outcomes,
        CancellationToken stop
    )
    {
        var (repository, from) = (workspace.Repository, input.Prepared.BaseCommit);
        var beside = files.Gates.GatesFor(files.Plan);
        var meaning = await GateInputFiles.ReadAsync(
            repository,
            from,
            commit,
            [.. files.Gates.Of(files.Plan, task), .. beside],
            differences,
            stop
        );
        var basis = new ProductAndGateInputChanges(differences, meaning);
        var evidence = GateEvidence.Folder(files.Folder, task.Id, input.Attempt);
        var work = new VerifiedTaskWork(files, repository, task.Id, from, commit, outcomes, basis, evidence);
        var compared = new PartiallyRevertedTaskGateRunner(gates);
        var running = files.Settings.Verification.BaseSuite
            ? compared.RunBaseSuiteAsync(work, differences.Any(file => meaning.Decides(file) is not null) ? beside : [], stop)
            : Task.FromResult(BaseSuiteVerdict.NotRun);
        var mode = task.ProveRed ?? files.Settings.Verification.ProveRed;
        var proving =
            mode == NewTestsOnBaseProductPolicy.Off
                ? Task.FromResult<(NewTestsOnBaseProductResult? Proof, IReadOnlyList<string> Hollow)>((null, []))
                : ProveAsync(compared, work, sources, task, FailedOfAsync(running), stop);
        // Both end before an error of one of them is reported, because they use the same trees.
        await Task.WhenAll(running, proving);
        var (suite, (red, hollow)) = (await running, await proving);
        if (red is not null)
        {
            GateEvidence.Keep(evidence, red);
        }
        var patch = differences.Count == 0 ? [] : await FileDiff.ReadAsync(repository, from, commit, stop);
        var tests = new TestCodeChanges(sources, TaskFileOwnership.Of(task.ChangesTests));
        var hints = await TestSpecificCodeDetector.NotesAsync(repository, commit, patch ?? [], basis, sources, stop);
        var found = GateTamperingDetector.OfWork(files.Task(task.Id), meaning, differences, patch, tests, suite, outcomes, hollow);
        return new PassedGateAssuranceAssessment(
            [.. red is null ? found.Notes : [GateVerdictFormatter.Red(red), .. found.Notes], .. hints],
            found.ForPerson,
            red,
            mode == NewTestsOnBaseProductPolicy.Required && red is { ProvesNothing: true }
                ? $"The tests that you added or changed pass without your change: {FileNameEncoding.List(red.Green)}. "
                    + "Write tests that fail without your change."
                : null
        );
    }

    private static async Task<IReadOnlyList<string>> FailedOfAsync(Task<BaseSuiteVerdict> running) => (await running).Failed;

    private static Task<(NewTestsOnBaseProductResult? Proof, IReadOnlyList<string> Hollow)> ProveAsync(
        PartiallyRevertedTaskGateRunner compared,
        VerifiedTaskWork work,
        IReadOnlyList<ChangedTestFile> sources,
        PlanTask task,
        Task<IReadOnlyList<string>> failing,
        CancellationToken stop
    )
    {
        var supports = work.Basis.Supports.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var (tests, others) = (sources.Where(file => supports.Contains(file.Path)), sources.Where(file => !supports.Contains(file.Path)));
        var approved = TaskFileOwnership.Of(task.ChangesTests);
        return compared.ProveRedAsync(
            work,
            new TestCodeChanges([.. tests], approved),
            new TestCodeChanges([.. others], approved),
            failing,
            stop
        );
    }
}
