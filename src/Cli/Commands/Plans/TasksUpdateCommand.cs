using Orchestrator.App.PlanFiles;

namespace Orchestrator.Cli.Commands;

/// <summary><c>tasks update</c>: changes the specified fields of a task. Other fields are left unchanged.</summary>
internal sealed class TasksUpdateCommand : CliCommand
{
    private readonly (Argument<string?> Argument, Option<string?> Option) _id = TasksCommand.Id();
    private readonly Option<string?> _title = new("--title") { Description = "One-line title of the task" };
    private readonly Option<string?> _description = new("--description", "-d") { Description = "Description of the work" };
    private readonly Option<string?> _details = new("--details") { Description = "Details of the implementation" };
    private readonly Option<string?> _test = new("--test-strategy") { Description = "Description of how to test the work" };
    private readonly Option<string?> _priority = new("--priority", "-p") { Description = string.Join(", ", BacklogPriority.All) };
    private readonly Option<string?> _dependencies = new("--dependencies")
    {
        Description = "Ids of tasks that must be done first, separated by commas; '' for none",
        HelpName = "IDS",
    };
    private readonly Option<string?> _tag = TasksCommand.Tag();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public TasksUpdateCommand()
        : base("update", "Change a task of the backlog")
    {
        _priority.AcceptOnlyFromAmong([.. BacklogPriority.All]);
        Add(_id.Argument);
        foreach (var option in new Option[] { _id.Option, _title, _description, _details, _test, _priority, _dependencies, _tag, _json })
        {
            Add(option);
        }
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var id = TasksCommand.RequireId(parsed, _id);
        if (Array.TrueForAll([_title, _description, _details, _test, _priority, _dependencies], option => parsed.GetValue(option) is null))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{id} was not changed, because no new value was specified.",
                "Use --title, --description, --details, --test-strategy, --priority or --dependencies; 'set-status' changes the status."
            );
        }
        var title = parsed.GetValue(_title) is { } given ? TasksAddCommand.Title(given) : null;
        var file = await context
            .Backlog(parsed.GetValue(_tag))
            .ChangeAsync(
                backlog =>
                    backlog.Change(
                        RepositoryBacklog.Find(backlog, id),
                        task =>
                            task with
                            {
                                Title = title ?? task.Title,
                                Description = parsed.GetValue(_description) ?? task.Description,
                                Details = parsed.GetValue(_details) ?? task.Details,
                                TestStrategy = parsed.GetValue(_test) ?? task.TestStrategy,
                                Priority = parsed.GetValue(_priority) ?? task.Priority,
                                Dependencies = parsed.GetValue(_dependencies) is { } ids ? TasksAddCommand.Ids(ids) : task.Dependencies,
                            }
                    ),
                stop
            );
        if (parsed.GetValue(_json))
        {
            context.Print(new BacklogTaskDocument(file.ToJson(id)), DocumentJson.Default.BacklogTaskDocument);
        }
        context.Terminal.Inform($"Changed {id}.");
        return UseCaseOutcome.Done;
    }
}
