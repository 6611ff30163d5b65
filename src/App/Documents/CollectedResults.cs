using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Documents;

/// <summary>The result of a task, for users and for programs that process it further.</summary>
/// <param name="Id">Id of the task.</param>
/// <param name="Title">Title of the task.</param>
/// <param name="State">State of the task.</param>
/// <param name="Branch">Name of the branch that contains only the task's work. Empty if there is none or the work is merged.</param>
/// <param name="Commit">Hash of the commit that contains the task's work, merged or not. Empty if there is none.</param>
/// <param name="Gates">Short summary of the verdicts of the task's gates.</param>
/// <param name="Cost">Cost of the task in US dollars.</param>
/// <param name="Said">Closing message of the task's agent, or empty if there is none.</param>
public sealed record TaskResultSummary(
    string Id,
    string Title,
    string State,
    string Branch,
    string Commit,
    string Gates,
    decimal Cost,
    string Said
);

/// <summary>The results of a run.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="State">State of the run as display text.</param>
/// <param name="Title">Title of the run.</param>
/// <param name="Landed">The landed commit and its branch, or empty if nothing landed.</param>
/// <param name="Tasks">The results of the tasks in the order of the plan.</param>
public sealed record RunResultSummary(string RunId, string State, string Title, string Landed, IReadOnlyList<TaskResultSummary> Tasks)
{
    /// <summary>Collects the results of a run.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    public static RunResultSummary Of(RunStatus run, string repository)
    {
        var facts = new AgentClaimAndFactComparer(new RunFolder(repository, run.RunId));
        return new RunResultSummary(
            run.RunId,
            RunLivenessClassifier.Describe(run),
            run.Title,
            RunLivenessClassifier.DescribeLanding(run),
            [
                .. run.Tasks.Select(task => new TaskResultSummary(
                    task.Id,
                    task.Title,
                    task.State,
                    task.State == TaskStateNames.Kept ? run.BranchOf(task.Id) : "",
                    task.MergeCommit.Length > 0 ? task.MergeCommit : task.Commit,
                    GateVerdictFormatter.Count(task.Gates ?? (TaskStateNames.IsGoodEnd(task.State) ? new GateSummary() : null)),
                    task.Cost,
                    facts.ClosingMessage(task)
                )),
            ]
        );
    }

    /// <summary>Renders the results as a section in Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new EscapingMarkdownBuilder().Append($"## {RunId}: {State}\n\n").AppendParagraph(Title.Length > 0 ? Title : RunId);
        if (Landed.Length > 0)
        {
            text.Append($"\nLanded: {Landed}\n");
        }
        text.Append($"\n| task | state | gates | cost | branch or commit |\n|---|---|---|---|---|\n");
        foreach (var task in Tasks)
        {
            var where = task.Branch.Length > 0 ? task.Branch : CommitIdFormatter.Shorten(task.Commit);
            text.Append($"| {task.Id} | {task.State} | {task.Gates} | {task.Cost:0.00} | {where} |\n");
        }
        foreach (var task in Tasks.Where(task => task.Said.Length > 0))
        {
            text.Append($"\n- {task.Id} ({task.Title}): {task.Said}");
        }
        return text.Append($"\n").ToString();
    }
}
