namespace Orchestrator.Runs.Planning;

/// <summary>
/// Renders the request that asks the planner to replan a run. The request describes the state of the run, the failures with their causes,
/// and the goal of the new plan.
/// </summary>
internal static class ReplanRequest
{
    private const int MostTasks = 60;
    private const int MostFailed = 20;
    private const int EvidenceLines = 30;
    private const int LongestText = 4000;

    /// <summary>Renders the request as Markdown.</summary>
    /// <param name="input">The replanning, and the reason for it.</param>
    /// <param name="tasks">The tasks of the run in their current states.</param>
    public static string Render(PrepareReplanInput input, RunPlanAndSettings run, IReadOnlyList<RunTaskStatus> tasks)
    {
        var (text, evidence) = (new StringBuilder(), new GateEvidenceTailReader(run.Folder.Repository));
        var done = tasks.Where(t => TaskStateNames.IsOnStaging(t.State)).ToList();
        text.Append(
            """
            A running plan for the request below can't continue by itself. Plan the tasks that are still needed, in place of the tasks that
            failed.

            - The files in this folder contain all merged work. Build on this work, and do not repeat it.
            - Find out from the evidence below why these tasks failed, and divide the remaining work differently. A task with the same
              instructions as a failed task will fail again.
            - The new tasks may depend only on each other, and need ids that no earlier task has. Omit `contracts` and `context`.

            """
        );
        Section("The request", Cut(run.Plan.Request ?? "The request is unknown; only the tasks describe it."));
        if (input.Guidance.Length > 0)
        {
            Section("The user's remarks", input.Guidance);
        }
        Section(
            "Why the plan can't continue",
            $"{input.Why}\n\n{PromptMarkdownElementWriter.Quoted(evidence.Read(input.Evidence, EvidenceLines))}".TrimEnd()
        );
        Section("Merged tasks", done.Count == 0 ? "Nothing." : List(done.Select(t => Line(t.Id, t.Title, Files(t.Id)))));
        foreach (var task in tasks.Where(t => input.Replaces.Contains(t.Id) && t.State != TaskStateNames.Skipped).Take(MostFailed))
        {
            Section(
                $"{task.State}: {task.Id}",
                (
                    $"{Words(task.Id)}\n\nFiles: {Files(task.Id)}\n\nResult of attempt {task.Attempt}:\n\n"
                    + $"{PromptMarkdownElementWriter.Quoted(task.Reason)}\n\n"
                    + PromptMarkdownElementWriter.Quoted(evidence.Read(task.Evidence, EvidenceLines))
                ).TrimEnd()
            );
        }
        var skipped = tasks.Where(t => input.Replaces.Contains(t.Id) && t.State == TaskStateNames.Skipped).ToList();
        if (skipped.Count > 0)
        {
            Section(
                "Not started, because they depend on failed tasks; the new tasks must do this work, too",
                string.Join("\n\n", skipped.Take(MostFailed).Select(t => $"{Line(t.Id, t.Title, Files(t.Id))}\n{Words(t.Id)}"))
            );
        }
        return text.ToString();

        void Section(string heading, string body) => text.Append($"\n## {heading}\n\n{body}\n");

        string Words(string id) => run.Plan.Tasks.FirstOrDefault(t => t.Id == id) is { } task ? Cut(task.Text) : "";

        string Files(string id) =>
            run.Plan.Tasks.FirstOrDefault(t => t.Id == id) is { FilesWrite: { } write } task
                ? string.Join(", ", write.Concat(task.FilesAppend).Take(20))
                : "the whole repository";
    }

    private static string Line(string id, string title, string files) => $"- {id}: {title} ({files})";

    private static string List(IEnumerable<string> lines)
    {
        var all = lines.ToList();
        return string.Join("\n", all.Take(MostTasks)) + (all.Count > MostTasks ? $"\n- and {all.Count - MostTasks} more" : "");
    }

    private static string Cut(string text) => text.Length <= LongestText ? text.Trim() : text[..LongestText] + "…";
}
