namespace Orchestrator.Runs.Reports;

/// <summary>A task's result, for whoever takes it up.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What it was about.</param>
/// <param name="State">Its state.</param>
/// <param name="Branch">The branch with its work alone; empty: it has none of its own, or it is merged.</param>
/// <param name="Commit">The commit with its work, merged or not; empty: there is none.</param>
/// <param name="Gates">Its gates in a few words.</param>
/// <param name="Cost">US dollars.</param>
/// <param name="Said">What its agent said at its end; empty: nothing.</param>
public sealed record CollectedTask(
    string Id,
    string Title,
    string State,
    string Branch,
    string Commit,
    string Gates,
    decimal Cost,
    string Said
);

/// <summary>A run's results.</summary>
/// <param name="RunId">The run.</param>
/// <param name="State">Its state in words.</param>
/// <param name="Title">What it was about.</param>
/// <param name="Landed">What landed and where; empty: nothing did.</param>
/// <param name="Tasks">Its tasks in plan order.</param>
public sealed record CollectedRun(string RunId, string State, string Title, string Landed, IReadOnlyList<CollectedTask> Tasks)
{
    /// <summary>The results of a run.</summary>
    /// <param name="run">The run with all its tasks.</param>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    public static CollectedRun Of(RunStatus run, string repository)
    {
        var facts = new TaskFacts(new RunFolder(repository, run.RunId));
        return new CollectedRun(
            run.RunId,
            RunLiveness.Describe(run),
            run.Title,
            RunLiveness.DescribeLanding(run),
            [
                .. run.Tasks.Select(task => new CollectedTask(
                    task.Id,
                    task.Title,
                    task.State,
                    task.State == TaskStates.Kept ? run.BranchOf(task.Id) : "",
                    task.MergeCommit.Length > 0 ? task.MergeCommit : task.Commit,
                    GateWords.Count(task.Gates ?? (TaskStates.IsGoodEnd(task.State) ? new GateSummary() : null)),
                    task.Cost,
                    facts.Said(task)
                )),
            ]
        );
    }

    /// <summary>The results as a section of Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new MarkdownText().Append($"## {RunId}: {State}\n\n").AppendParagraph(Title.Length > 0 ? Title : RunId);
        if (Landed.Length > 0)
        {
            text.Append($"\nLanded: {Landed}\n");
        }
        text.Append($"\n| task | state | gates | cost | branch or commit |\n|---|---|---|---|---|\n");
        foreach (var task in Tasks)
        {
            var where = task.Branch.Length > 0 ? task.Branch : CommitIds.Shorten(task.Commit);
            text.Append($"| {task.Id} | {task.State} | {task.Gates} | {task.Cost:0.00} | {where} |\n");
        }
        foreach (var task in Tasks.Where(task => task.Said.Length > 0))
        {
            text.Append($"\n- {task.Id} ({task.Title}): {task.Said}");
        }
        return text.Append($"\n").ToString();
    }
}
