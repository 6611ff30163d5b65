namespace Orchestrator.Runs.Tasks;

/// <summary>What a phase requires beside its gates: agents that were really called, notes that were really written.</summary>
internal static class Compliance
{
    private static readonly string[] NoteSections = ["Summary", "Key Decisions", "Files Modified"];

    public static IEnumerable<string> Problems(PlanTask task, RunFiles files, string worktree, int lastStart)
    {
        if (task.RequiredAgents.Count > 0)
        {
            var called = Enumerable
                .Range(1, lastStart)
                .Select(s => AgentRunNotes.Read(files.Folder.Start(task.Id, s)))
                .SelectMany(n => n?.SubAgents ?? [])
                .ToHashSet(StringComparer.Ordinal);
            foreach (var missing in task.RequiredAgents.Where(a => !called.Contains(a)))
            {
                yield return $"The required agent '{missing}' was not called. Call it (tool Task with subagent_type {missing}) and "
                    + "act on what it says.";
            }
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
