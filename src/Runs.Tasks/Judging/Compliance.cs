namespace Orchestrator.Runs.Tasks;

/// <summary>The requirements of a phase beside its gates: agents that were really called, notes that were really written.</summary>
internal static class Compliance
{
    private static readonly string[] NoteSections = ["Summary", "Key Decisions", "Files Modified"];

    /// <summary>The missing calls and notes, a sentence each.</summary>
    /// <param name="task">What it requires.</param>
    /// <param name="worktree">Where its notes are.</param>
    /// <param name="called">The agents that were called, as the run's history has it.</param>
    public static IEnumerable<string> Problems(PlanTask task, string worktree, IReadOnlyList<string> called)
    {
        foreach (var missing in task.RequiredAgents.Except(called, StringComparer.Ordinal))
        {
            yield return $"The required agent '{missing}' was not called. Call it (tool Task with subagent_type {missing}) and "
                + "act on what it says.";
        }
        foreach (var note in task.NotesOutput)
        {
            if (new WorktreeFiles(worktree).TryReadText(note) is not { } text)
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
