using System.CommandLine;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Cli.Commands;

/// <summary><c>diff</c>: the change of a task: its merged or verified commit, else its worktree as it is.</summary>
internal sealed class DiffCommand : CliCommand
{
    private readonly Argument<string> _which = new("RUN/TASK") { Description = "The task" };

    private readonly Option<bool> _json = GlobalOptions.Json();

    public DiffCommand()
        : base("diff", "Print what a task changed")
    {
        Add(_which);
        Add(_json);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var (run, reference) = RunReference.Require(repository, parsed.GetValue(_which));
        var id = reference.RequireTask(run.Status);
        var task = run.Status.Tasks.First(task => task.Id == id);
        var worktrees = context.LoadSettings().Settings!.Worktrees.Directory;
        var patch =
            await TaskDiff.ReadAsync(
                repository,
                context.Services,
                run.Status,
                task,
                Path.Combine(repository.Root, worktrees, run.Name, id),
                stop
            )
            ?? throw new CommandException(
                ExitCodes.Usage,
                $"{id} is {task.State}: it has no commit and no worktree yet.",
                $"See 'orchestrate show {run.Id}/{id}'."
            );
        if (parsed.GetValue(_json))
        {
            context.Print(new DiffDocument(run.Id, id, patch.Text, patch.IsCut), CliJson.Default.DiffDocument);
            return ExitCodes.Done;
        }

        if (patch.Text.Length == 0)
        {
            context.Terminal.Say($"{id} is {task.State} and has changed nothing.");
        }
        context.Terminal.Document(patch.Text);
        if (patch.IsCut)
        {
            context.Terminal.Warn("The diff is longer than what is shown.");
        }
        return ExitCodes.Done;
    }
}
