using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>Runs set-up and gates once at the run's base, before any agent starts.</summary>
/// <param name="gates">Runs the gates.</param>
internal sealed class BaseCommitGateRunner(CommitGateRunner gates)
{
    /// <summary>
    /// Runs set-up and gates once at the base. A gate that can't be run prevents the run. A gate in the settings that fails at the base is
    /// only advisory, unless a task has no other test. A task's own gate that already passes is reported, because it proves little about
    /// the task's work.
    /// </summary>
    /// <param name="confirmations">Receives findings that a user must confirm before agents are paid.</param>
    /// <returns>The list of files that affect the run's decisions, including the verdicts.</returns>
    public async Task<RunDecisionInputFileHashList> TryAsync(
        GitRepository repository,
        RunPlanAndSettings files,
        string baseCommit,
        List<string> errors,
        List<string> warnings,
        List<string> confirmations,
        CancellationToken stop
    )
    {
        List<Gate> configured = [.. files.Gates.GatesFor(files.Plan)];
        List<Gate> ofTasks =
        [
            .. files
                .Plan.Tasks.SelectMany(t => t.Verification)
                .DistinctBy(g => g.Identity)
                .Where(g => configured.All(c => c.Identity.Command != g.Identity.Command)),
        ];
        var named = Gate.WithOwnNames([.. configured, .. ofTasks]);
        (configured, ofTasks) = ([.. named.Take(configured.Count)], [.. named.Skip(configured.Count)]);
        var outcomes = await gates.RunAsync(
            files,
            repository,
            baseCommit,
            [.. configured, .. ofTasks],
            [],
            files.Folder.Preflight,
            stop,
            expectedRed: ofTasks,
            isBase: true
        );
        errors.AddRange(outcomes.Where(o => o.BlamesMachine).Select(o => CommitGateRunner.Explain(files, o)));
        if (
            outcomes.All(o => o.Cached)
            && await gates.TrySetUpAsync(files, repository, baseCommit, files.Folder.Preflight, outcomes.Count > 0, stop) is { } failure
        )
        {
            errors.Add(failure);
        }
        if (WorktreeSetUpRunner.Advice(files.Folder.Preflight) is { } advice)
        {
            warnings.Add(advice);
        }
        var red = outcomes.Where(o => !o.Passed && !o.BlamesMachine && configured.Contains(o.Gate)).ToList();
        ReportRed(files, red, warnings, confirmations);
        var green = outcomes.Where(o => o.Passed && ofTasks.Contains(o.Gate)).Select(o => $"'{o.Gate.Name}'").ToList();
        if (green.Count > 0)
        {
            warnings.Add($"These gates passed before any work was done, so they prove little: {FileNameEncoding.List(green)}.");
        }
        var without = files.Plan.Tasks.Where(t => files.Gates.Of(files.Plan, t).Count == 0).Select(t => t.Id).ToList();
        if (without.Count > 0)
        {
            warnings.Add(
                $"No gate checks the work of {FileNameEncoding.List(without)}. Add 'verification' to these tasks, or set gates.task."
            );
        }
        return GateBaseline.Store(files, outcomes, red);
    }

    private static void ReportRed(RunPlanAndSettings files, List<GateVerdict> red, List<string> warnings, List<string> confirmations)
    {
        var known = red.ToDictionary(o => o.Gate.Identity.Command);
        foreach (var outcome in red)
        {
            var log = CommitGateRunner.EvidenceOf(files, outcome);
            var isOnlyTest = outcome.Gate is { Type: GateType.Test, Required: true } && GateBaseline.SomeTaskLacksTests(files, known);
            // If verdicts at the base can't be compared, all work fails that does not repair the gate.
            (isOnlyTest && !outcome.CanBeCompared ? confirmations : warnings).Add(
                isOnlyTest ? GateVerdictFormatter.StillDecides(outcome, log) : GateVerdictFormatter.OnlyAdvises(outcome, log)
            );
        }
    }
}
