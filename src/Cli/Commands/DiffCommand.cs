using System.CommandLine;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Cli.Commands;

/// <summary><c>diff</c>: the change of a run, or of a task: its merged or verified commit, else its worktree as it is.</summary>
internal sealed class DiffCommand : CliCommand
{
    private readonly RunArgument _which = new(
        "RUN/TASK",
        "The run, or one task of it; the only open run, else the latest, where none is named"
    );

    private readonly Option<bool> _json = GlobalOptions.Json();

    public DiffCommand()
        : base("diff", "Print what a run or one of its tasks changed")
    {
        _which.AddTo(this);
        Add(_json);
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var (run, reference) = _which.Require(repository, parsed);
        var id = reference.FindTask(run.Status);
        var task = run.Status.Tasks.FirstOrDefault(task => task.Id == id);
        var what = id is null ? run.Id : $"{run.Id}/{id}";
        var patch =
            (
                task is null
                    ? await TaskDiff.OfRunAsync(repository, context.Services, run.Status, stop)
                    : await TaskDiff.ReadAsync(repository, context.Services, run.Status, task, PathOf(task, run, context), stop)
            )
            ?? throw new UseCaseException(
                Outcome.Usage,
                task is null && run.Status.Tasks.Any(one => one.State == TaskStates.Kept)
                        ? $"The work of {run.Id} stays apart, a branch for each task: orchestrate diff {run.Id}/TASK shows one."
                    : task is null ? $"{run.Id} is {run.Status.State}: nothing of it is merged yet."
                    : $"{id} is {task.State}: it has no commit and no worktree yet.",
                $"See 'orchestrate show {what}'."
            );
        if (parsed.GetValue(_json))
        {
            context.Print(new DiffDocument(run.Id, id ?? "", patch.Text, patch.IsCut), CliJson.Default.DiffDocument);
            return Outcome.Done;
        }

        if (patch.Text.Length == 0)
        {
            context.Terminal.Say(task is null ? $"{run.Id} has changed nothing." : $"{id} is {task.State} and has changed nothing.");
        }
        await new Pager(context.Terminal, context.Environment).ShowAsync(patch.Text, ToneOf);
        if (patch.IsCut)
        {
            context.Terminal.Warn("The diff is longer than what is shown.");
        }
        SayWhatIsNext(run, id, context);
        return Outcome.Done;
    }

    /// <summary>The path at which a task's worktree is, or was.</summary>
    public static string PathOf(RunTask task, StoredRun run, CommandContext context) =>
        Path.Combine(context.RequireRepository().Root, context.LoadSettings().Settings!.Worktrees.Directory, run.Name, task.Id);

    // Whoever was asked about the change has now seen it.
    private static void SayWhatIsNext(StoredRun run, string? id, CommandContext context)
    {
        if (id is null && context.Terminal.OutputWidth != TaskTable.Unlimited)
        {
            context.Terminal.Say($"(all of {run.Id}; of one task: orchestrate diff {run.Id}/TASK)");
        }
        if (run.Status.Tasks.Any(task => task.Id == id && task is { State: TaskStates.AwaitingApproval, Asks: null }))
        {
            context.Terminal.Say($"It waits for your yes: orchestrate approve {run.Id}/{id}");
        }
    }

    private static Tone ToneOf(string line) =>
        line switch
        {
            ['+', '+', '+', ..] or ['-', '-', '-', ..] => Tone.Strong,
            ['+', ..] => Tone.Good,
            ['-', ..] => Tone.Bad,
            ['@', '@', ..] => Tone.Busy,
            _ when line.StartsWith("diff --git ", StringComparison.Ordinal) => Tone.Strong,
            _ => Tone.Plain,
        };
}
