using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Checks of a commit before it lands: nothing that was merged is lost, and the gates pass.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="input">What is to land.</param>
internal sealed class LandingChecks(RunFiles files, GitRepository repository, RunServices services, LandInput input)
{
    private const int MostNotes = 5;
    private readonly GateCheck _gates = new(services);

    /// <summary>Refuses a landing without what was merged, unless a person accepted the losses.</summary>
    public async Task<LandResult?> LossesAsync(string commit, CancellationToken stop)
    {
        var report = await new RunLosses(repository, files, services.AskRun).OfStagingAsync(input.BaseCommit, commit, stop);
        return report.Lost.Count == 0
            ? null
            : new LandResult
            {
                Evidence = files.Folder.Relative(files.Folder.Losses),
                LosesWork = true,
                Message =
                    $"Nothing was landed, since work of the run is lost ({report.Summary}): {RunLosses.Describe(report.Lost)}. "
                    + $"'orchestrate report {input.RunId} --losses' lists it. Where it may be gone: "
                    + $"{RunLanding.Again(input)} --accept-losses. "
                    + $"Else put it back ({new StagingFix(repository, input.RunId, input.Staging).Edit}), then: {RunLanding.Again(input)}",
            };
    }

    /// <summary>Notes for people about the gates; empty: none.</summary>
    public static string Told(IReadOnlyList<GateVerdict> outcomes)
    {
        var notes = GateWords.Brief(outcomes).ToList();
        return notes.Count == 0 ? "" : $"{FileNames.Some(notes, MostNotes)}.";
    }

    /// <summary>Runs the gates of a landing.</summary>
    /// <param name="since">Commit from which changes are judged.</param>
    /// <param name="stop">Kills the gate that runs.</param>
    public async Task<IReadOnlyList<GateVerdict>> RunGatesAsync(string commit, string since, CancellationToken stop)
    {
        var changed = (await new Diffs(repository).BetweenAsync(since, commit, stop)).Select(c => c.Path).ToList();
        return await _gates.RunAsync(
            files,
            repository,
            commit,
            files.Gates.OfLanding(files.Plan, input.Without),
            changed,
            files.Folder.LandingEvidence,
            stop
        );
    }
}
