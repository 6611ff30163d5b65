namespace Orchestrator.Cli.Commands;

/// <summary><c>tasks list</c>: lists the tasks of the backlog.</summary>
internal sealed class TasksListCommand : CliCommand
{
    private readonly Option<string?> _status = new("--status", "-s")
    {
        Description = "Show only tasks with this status",
        HelpName = "STATUS",
    };
    private readonly Option<string?> _tag = TasksCommand.Tag();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public TasksListCommand()
        : base("list", "Show the tasks of the backlog")
    {
        Add(_status);
        Add(_tag);
        Add(_json);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var files = context.Backlog(parsed.GetValue(_tag));
        var file = files.Read();
        var status = parsed.GetValue(_status) is { } word ? TasksSetStatusCommand.StatusOf(word) : null;
        var tasks = file.Backlog.Tasks.Where(task => status is null || task.Status == status).ToList();
        if (parsed.GetValue(_json))
        {
            context.Print(
                BacklogDocument.Of(files.Name, tasks.Select(task => file.ToJson(task.Id)), file.Faults),
                DocumentJson.Default.BacklogDocument
            );
        }
        foreach (var task in tasks)
        {
            Show(context, task, "");
        }

        var done = file.Backlog.Tasks.Count(task => task.Status == BacklogStatus.Done);
        context.Terminal.Show($"{Plural.Of(file.Backlog.Tasks.Count, "task")}, {done} done ({files.Name})");
        return Task.FromResult(UseCaseOutcome.Done);
    }

    private static void Show(CliCommandServiceBundle context, BacklogTask task, string indent)
    {
        context.Terminal.Show(Line(task, indent));
        foreach (var subtask in task.Subtasks)
        {
            Show(context, subtask, indent + "  ");
        }
    }

    private static string Line(BacklogTask task, string indent)
    {
        var waits = task.Dependencies.Count == 0 ? "" : $"  after {string.Join(", ", task.Dependencies)}";
        var priority = indent.Length == 0 ? $"{task.Priority, -8}" : "";
        return $"{indent}{task.Id, -5} {task.Status, -11} {priority} {task.Title}{waits}";
    }
}
