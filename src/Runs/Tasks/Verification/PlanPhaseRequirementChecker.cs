namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Checks the requirements of a phase other than its gates. A phase may require the agent to call subagents and to write notes.
/// </summary>
internal static class PlanPhaseRequirementChecker
{
    private static readonly string[] NoteSections = ["Summary", "Key Decisions", "Files Modified"];

    /// <summary>Lists the required subagent calls and notes that are missing, one sentence each.</summary>
    /// <param name="task">The task with its requirements.</param>
    /// <param name="worktree">Absolute path of the worktree that should contain the notes.</param>
    /// <param name="called">Names of the subagents that were called, from the run's history.</param>
    public static IEnumerable<string> Problems(PlanTask task, string worktree, IReadOnlyList<string> called)
    {
        foreach (var missing in task.RequiredAgents.Except(called, StringComparer.Ordinal))
        {
            yield return $"The required agent '{missing}' was not called. Call it (tool Task with subagent_type {missing}) and "
                + "follow its answer.";
        }
        foreach (var note in task.NotesOutput)
        {
            if (new WorktreeFileAccessor(worktree).TryReadText(note) is not { } text)
            {
                yield return $"The notes '{note}' are missing. Write them with the headings {string.Join(", ", NoteSections)}.";
                continue;
            }
            var headings = text.Split('\n')
                .Where(l => l.StartsWith('#'))
                .Select(l => l.TrimStart('#').Trim().TrimEnd(':'))
                .ToHashSet(StringComparer.OrdinalIgnoreCase);
            var absent = NoteSections.Where(s => !headings.Contains(s)).ToList();
            if (absent.Count > 0)
            {
                yield return $"The notes '{note}' have no heading {string.Join(", ", absent)}.";
            }
        }
    }
}
