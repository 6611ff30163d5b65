namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Checks the requirements of a phase that its gates do not cover. A phase may require the agent to call subagents and to write notes.
/// </summary>
internal static class RequiredSubagentAndNoteChecker
{
    private static readonly string[] NoteSections = ["Summary", "Key Decisions", "Files Modified"];

    /// <summary>Lists the missing subagent calls, notes and note headings, each as a sentence for the agent.</summary>
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
            if (new WorktreeFileReaderAndWriter(worktree).TryReadText(note) is not { } text)
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
