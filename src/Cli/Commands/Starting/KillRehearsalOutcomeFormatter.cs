using Orchestrator.App.Night;

namespace Orchestrator.Cli.Commands;

/// <summary>Formats the outcome of a night rehearsal that kills processes. Has no side effects.</summary>
internal static class KillRehearsalOutcomeFormatter
{
    /// <summary>Formats the outcome of the rehearsal as lines of text.</summary>
    internal static IEnumerable<string> Lines(KillRehearsalOutcome night)
    {
        yield return $"Rehearsed a night with seed {night.Seed}: {Plural.Of(night.Tasks.Count, "task")} in a throwaway clone, "
            + "which is now removed.";
        foreach (var disturbance in night.Disturbances)
        {
            yield return $"  {disturbance}";
        }
        yield return $"The run would have ended as {night.State}, "
            + $"with {night.Landed.Count} of {Plural.Of(night.Tasks.Count, "task")} landed "
            + $"by {Plural.Of(night.Starts, "agent start")}.";
        yield return night.Missing.Count == 0
            ? "The target contains every change of the commits."
            : $"Files that differ between the target and the commits: {string.Join(", ", night.Missing)}.";
        yield return night.Repeated.Count == 0
            ? "No finished work was repeated."
            : $"Tasks that were started again after their work was finished: {string.Join(", ", night.Repeated)}.";
        if (night.SentBack.Count > 0)
        {
            yield return $"Tasks that a gate or a conflict sent back: {string.Join(", ", night.SentBack)}.";
        }
        yield return night.BlockedStarts == 0
            ? "No agent started while the account was blocked."
            : $"{Plural.Of(night.BlockedStarts, "agent start")} happened while the account was blocked.";
        foreach (var question in night.NeedsAttention)
        {
            yield return $"The run would have waited for you: {question}";
        }
        if (night.Idle.Count > 0)
        {
            yield return $"Skipped tasks, because the commits change none of their files: {string.Join(", ", night.Idle)}.";
        }
        if (night.Unowned.Count > 0)
        {
            yield return $"Files that the commits changed but no task owns: {string.Join(", ", night.Unowned.Take(10))}"
                + (night.Unowned.Count > 10 ? " ..." : "");
        }
    }
}
