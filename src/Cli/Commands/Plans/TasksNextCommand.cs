namespace Orchestrator.Cli.Commands;

/// <summary><c>tasks next</c>: shows the next task to do.</summary>
internal sealed class TasksNextCommand : CliCommand
{
    private readonly Option<string?> _tag = TasksCommand.Tag();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public TasksNextCommand()
        : base("next", "Show the next task that can start, chosen by priority, number of dependencies and id")
    {
        Add(_tag);
        Add(_json);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var file = context.Backlog(parsed.GetValue(_tag)).Read();
        var task = file.Backlog.Next();
        if (parsed.GetValue(_json))
        {
            context.Print(new BacklogTaskDocument(task is null ? null : file.ToJson(task.Id)), DocumentJson.Default.BacklogTaskDocument);
        }
        if (task is null)
        {
            context.Terminal.Show("No task is ready.");
        }
        else
        {
            TasksShowCommand.PrintTask(context, task);
        }
        return Task.FromResult(UseCaseOutcome.Done);
    }
}
