using Orchestrator.App.PlanFiles;

namespace Orchestrator.Cli.Commands;

/// <summary><c>tasks delete</c>: removes a task or subtask from the backlog, and removes dependencies on it.</summary>
internal sealed class TasksDeleteCommand : CliCommand
{
    private readonly (Argument<string?> Argument, Option<string?> Option) _id = TasksCommand.Id();
    private readonly Option<string?> _tag = TasksCommand.Tag();

    public TasksDeleteCommand()
        : base("delete", "Remove a task from the backlog")
    {
        Add(_id.Argument);
        Add(_id.Option);
        Add(_tag);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var id = TasksCommand.RequireId(parsed, _id);
        string[] waited = [];
        await context
            .Backlog(parsed.GetValue(_tag))
            .ChangeAsync(
                backlog =>
                {
                    var changed = backlog.Delete(RepositoryBacklog.Find(backlog, id));
                    waited =
                    [
                        .. changed
                            .All.Where(task => task.Dependencies.Count < backlog.Find(task.Id)!.Dependencies.Count)
                            .Select(task => task.Id),
                    ];
                    return changed;
                },
                stop
            );
        context.Terminal.Inform(
            waited.Length == 0
                ? $"Removed {id}."
                : $"Removed {id}. {string.Join(", ", waited)} no longer {Plural.Form(waited.Length, "depends", "depend")} on it."
        );
        return UseCaseOutcome.Done;
    }
}
