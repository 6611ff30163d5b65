using Orchestrator.Runs.Reports;

namespace Orchestrator.App.PullRequests;

/// <summary>
/// Writes the title and text of a pull request. The text contains the original request, the gate verdicts, the cost and the location of the
/// evidence.
/// </summary>
/// <param name="repository">Absolute path of the repository's main work tree.</param>
public sealed class PullRequestText(string repository)
{
    private const int MostTasks = 100;

    /// <summary>Writes the draft of a pull request for the branch of a task or for a whole run.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    /// <param name="task">The task, or null for the whole run.</param>
    /// <param name="request">The complete text of the original request, or empty if it is unknown.</param>
    public PullRequestTitleAndBody Of(RunStatus run, RunTaskStatus? task, string request)
    {
        var folder = new RunFolder(repository, run.RunId);
        var facts = new AgentClaimAndFactComparer(folder);
        var tasks = task is null ? run.Tasks.Where(one => TaskStateNames.IsGoodEnd(one.State)).ToList() : [task];
        var title = task is null ? run.Title : task.Title;
        var text = new EscapingMarkdownBuilder().Append($"## Request\n\n").AppendBlock(request.Length > 0 ? request : title);
        text.Append($"\n## Tasks\n\n| task | state | gates | cost |\n|---|---|---|---|\n");
        foreach (var one in tasks.Take(MostTasks))
        {
            text.Append(
                $"| {one.Id} | {one.State} | {GateVerdictFormatter.Count(one.Gates ?? new GateSummary())} | {one.Cost:0.00} USD |\n"
            );
        }
        if (tasks.Count > MostTasks)
        {
            text.Append($"\nAnd {tasks.Count - MostTasks} more.\n");
        }
        text.Append($"\n## Evidence\n");
        foreach (var (one, lines) in facts.Of(run with { Tasks = [.. tasks.Take(MostTasks)] }))
        {
            text.Append($"\n### {one.Id}\n\n").Append(lines.Select(line => EscapingMarkdownBuilder.Of($"- {line}\n")));
        }
        text.Append(
            $"\nMade by run {run.RunId}, {Plural.Of(tasks.Sum(one => one.Starts), "agent start")}, {tasks.Sum(one => one.Cost):0.00} USD. "
        );
        text.Append($"It begins at {run.BaseCommit} of {run.Target}.\n");
        return new PullRequestTitleAndBody(task?.Id, new UntrustedText(title.Length > 0 ? title : run.RunId).Line, text.ToString());
    }
}
