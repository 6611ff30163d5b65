using Orchestrator.Cli.Console;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>diff</c>: shows the changes that a run or a task made. For a task, shows the merged or verified commit if there is one, or else the
/// current worktree.
/// </summary>
internal sealed class DiffCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = new(
        "RUN/TASK",
        "The run, or one of its tasks; default: the only open run, or else the latest run"
    );

    private readonly Option<bool> _json = GlobalOptions.Json();

    public DiffCommand()
        : base("diff", "Print the changes made by a run or one of its tasks")
    {
        _which.AddTo(this);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (run, reference) = _which.Require(context.RequireRepository(), parsed);
        var diff = await new RunQueries(context).DiffAsync(run, reference, stop);
        if (parsed.GetValue(_json))
        {
            context.Print(diff, DocumentJson.Default.TaskDiffDocument);
            return UseCaseOutcome.Done;
        }

        var task = run.Status.Tasks.FirstOrDefault(task => task.Id == diff.Task);
        if (diff.Patch.Length == 0)
        {
            context.Terminal.Inform(
                task is null ? $"{run.Id} has not changed any file." : $"{task.Id} is {task.State} and has not changed any files."
            );
        }
        await new TerminalTextPager(context.Terminal, context.Environment).ShowAsync(diff.Patch, ToneOf);
        if (diff.IsCut)
        {
            context.Terminal.Warn("The diff is truncated.");
        }
        PrintNextSteps(run, task?.Id, context);
        return UseCaseOutcome.Done;
    }

    // The user has now seen the change to which a question refers, so the command that answers it is shown.
    private static void PrintNextSteps(StoredRun run, string? id, CliCommandServiceBundle context)
    {
        if (id is null && context.Terminal.OutputWidth != RunTaskTableFormatter.Unlimited)
        {
            context.Terminal.Inform($"(all changes of {run.Id}; for one task: orchestrate diff {run.Id}/TASK)");
        }
        if (run.Status.Tasks.Any(task => task.Id == id && task is { State: TaskStateNames.AwaitingApproval, Asks: null }))
        {
            context.Terminal.Inform($"The task is waiting for your approval: orchestrate approve {run.Id}/{id}");
        }
    }

    private static TextTone ToneOf(string line) =>
        line switch
        {
            ['+', '+', '+', ..] or ['-', '-', '-', ..] => TextTone.Strong,
            ['+', ..] => TextTone.Good,
            ['-', ..] => TextTone.Bad,
            ['@', '@', ..] => TextTone.Busy,
            _ when line.StartsWith("diff --git ", StringComparison.Ordinal) => TextTone.Strong,
            _ => TextTone.Plain,
        };
}
