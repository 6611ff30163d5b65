using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Checks a commit before it lands. The commit must contain all merged changes, and the gates must pass.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="input">The landing.</param>
internal sealed class PreLandingChecker(RunPlanAndSettings files, GitRepository repository, RunServiceBundle services, LandInput input)
{
    private const int MostNotes = 5;
    private readonly CommitGateRunner _gates = new(services);

    /// <summary>Rejects a landing whose commit lacks merged changes, unless a user has accepted the loss of these changes.</summary>
    public async Task<LandResult?> LossesAsync(string commit, CancellationToken stop)
    {
        var report = await new RunLostChangeChecker(repository, files, services.AskRun).OfStagingAsync(input.BaseCommit, commit, stop);
        return report.Lost.Count == 0
            ? null
            : new LandResult
            {
                Evidence = files.Folder.Relative(files.Folder.Losses),
                LosesWork = true,
                Message =
                    $"Nothing was landed, because work of the run is lost ({report.Summary}): "
                    + $"{RunLostChangeChecker.Describe(report.Lost)}. "
                    + $"'orchestrate report {input.RunId} --losses' lists it. To accept the loss: "
                    + $"{RunLandingExecutor.Command(input)} --accept-losses. "
                    + $"Otherwise, restore the work ({new SuggestedStagingCommandBuilder(repository, input.RunId, input.Staging).Edit}), "
                    + $"then: {RunLandingExecutor.Command(input)}",
            };
    }

    /// <summary>Returns notes for users about the gates, or an empty string if there are none.</summary>
    public static string FormatNotes(IReadOnlyList<GateVerdict> outcomes)
    {
        var notes = GateVerdictFormatter.FormatShort(outcomes).ToList();
        return notes.Count == 0 ? "" : $"{FileNameEncoding.List(notes, MostNotes)}.";
    }

    /// <summary>Gates that must pass before the landing.</summary>
    public IReadOnlyList<Gate> Gates { get; } = files.Gates.OfLanding(files.Plan, input.Without);

    /// <summary>
    /// Runs the gates of the landing. If a failed gate may be flaky, the gates run again, as in the merge queue. This avoids asking a user
    /// about a flaky test.
    /// </summary>
    /// <param name="since">Commit with which the changed files are determined.</param>
    /// <param name="stop">Stops the running gate.</param>
    public async Task<IReadOnlyList<GateVerdict>> RunGatesAsync(string commit, string since, CancellationToken stop)
    {
        var changed = (await new GitDiffReader(repository).BetweenAsync(since, commit, stop)).Select(c => c.Path).ToList();
        var outcomes = await RunAsync(expectedRed: null);
        var failures = CommitGateRunner.Failures(files, outcomes);
        var tries = MergeGateRunner.TriesAfter(failures, changed, MergeGateRunner.UsualTries);
        var runs = MergeGateRunner.RunsOf(failures, MergeGateRunner.UsualTries);
        for (; runs < tries && failures.Count > 0 && !failures.Any(f => f.BlamesMachine); runs++)
        {
            var failed = failures.Select(failure => failure.Gate).ToHashSet();
            outcomes = await RunAsync(expectedRed: Gates);
            failures = CommitGateRunner.Failures(files, outcomes);
            outcomes = [.. outcomes.Select(o => o.Passed && failed.Contains(o.Gate) ? o with { Failure = GateFailure.Flaky } : o)];
        }
        return outcomes;

        Task<IReadOnlyList<GateVerdict>> RunAsync(IReadOnlyList<Gate>? expectedRed) =>
            _gates.RunAsync(files, repository, commit, Gates, changed, files.Folder.LandingEvidence, stop, expectedRed);
    }
}
