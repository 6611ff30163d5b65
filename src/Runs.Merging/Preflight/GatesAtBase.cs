using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>Runs set-up and gates once at the base, before any agent is paid for.</summary>
/// <param name="gates">Runs them.</param>
internal sealed class GatesAtBase(GateCheck gates)
{
    /// <summary>Set-up and gates once at the base: a gate that can't run stops the run; a gate of the configuration that fails there is
    /// only advisory, unless a task has no other test; a task's gate that passes before the work proves nothing, and is reported.</summary>
    /// <param name="confirmations">Gets what a person has to confirm before agents are paid.</param>
    /// <returns>What the run decides by, with the results.</returns>
    public async Task<RunDecisions> TryAsync(
        GitRepository repository,
        RunFiles files,
        string baseCommit,
        List<string> errors,
        List<string> warnings,
        List<string> confirmations,
        CancellationToken stop
    )
    {
        List<Gate> configured = [.. files.Gates.Beside(files.Plan)];
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
        errors.AddRange(outcomes.Where(o => o.BlamesMachine).Select(o => GateCheck.Explain(files, o)));
        if (
            outcomes.All(o => o.Cached)
            && await gates.TrySetUpAsync(files, repository, baseCommit, files.Folder.Preflight, outcomes.Count > 0, stop) is { } failure
        )
        {
            errors.Add(failure);
        }
        if (WorktreeSetup.Advice(files.Folder.Preflight) is { } advice)
        {
            warnings.Add(advice);
        }
        var red = outcomes.Where(o => !o.Passed && !o.BlamesMachine && configured.Contains(o.Gate)).ToList();
        var known = red.ToDictionary(o => o.Gate.Identity.Command);
        foreach (var outcome in red)
        {
            var log = GateCheck.EvidenceOf(files, outcome);
            var isOnlyTest = outcome.Gate is { Type: GateType.Test, Required: true } && BaseGates.SomeTaskLacksTests(files, known);
            // Where nothing can be compared, all work fails that does not repair it.
            (isOnlyTest && !outcome.CanBeCompared ? confirmations : warnings).Add(
                isOnlyTest ? GateWords.StillDecides(outcome, log) : GateWords.OnlyAdvises(outcome, log)
            );
        }
        var green = outcomes.Where(o => o.Passed && ofTasks.Contains(o.Gate)).Select(o => $"'{o.Gate.Name}'").ToList();
        if (green.Count > 0)
        {
            warnings.Add($"Green before any work was done, so they show little: {FileNames.Some(green)}.");
        }
        var without = files.Plan.Tasks.Where(t => files.Gates.Of(files.Plan, t).Count == 0).Select(t => t.Id).ToList();
        if (without.Count > 0)
        {
            warnings.Add($"{FileNames.Some(without)}: no gate shows that the work is good. Give them 'verification', or set gates.task.");
        }
        return BaseGates.Store(files, outcomes, red);
    }
}
