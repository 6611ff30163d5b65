using Orchestrator.App.Programs;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>open</c>: opens a shell in the worktree of a task. Without a terminal, prints the path of the worktree.</summary>
internal sealed class OpenWorktreeCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = new("RUN/TASK", "The task");
    private readonly Option<bool> _print = new("--print") { Description = "Only print the path, even on a terminal" };

    public OpenWorktreeCommand()
        : base("open", "Open a shell in a task's worktree, or print the worktree's path")
    {
        _which.AddTo(this);
        Add(_print);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (run, reference) = _which.Require(context.RequireRepository(), parsed);
        var id = reference.RequireTask(run.Status);
        var task = run.Status.Tasks.First(task => task.Id == id);
        var path = RunQueries.WorktreeOf(task, run, context);
        if (!Directory.Exists(path))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{id} is {task.State} and has no worktree{(task.MergeCommit.Length > 0 ? " any more" : "")}.",
                $"For its changes: orchestrate diff {run.Id}/{id}"
            );
        }
        if (parsed.GetValue(_print) || !context.Terminal.IsInteractive || context.Terminal.OutputWidth == RunTaskTableFormatter.Unlimited)
        {
            context.Terminal.Show(path);
            return UseCaseOutcome.Done;
        }
        context.Terminal.Inform($"The worktree of {run.Id}/{id} ({task.State}): {path}. Use 'exit' to return.");
        return await UserShell.RunAsync(path, context.Environment) == 0 ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
    }
}
