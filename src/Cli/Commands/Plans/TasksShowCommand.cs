using Orchestrator.App.PlanFiles;

namespace Orchestrator.Cli.Commands;

/// <summary><c>tasks show</c>: shows all details of a task.</summary>
internal sealed class TasksShowCommand : CliCommand
{
    private readonly (Argument<string?> Argument, Option<string?> Option) _id = TasksCommand.Id();
    private readonly Option<string?> _tag = TasksCommand.Tag();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public TasksShowCommand()
        : base("show", "Show a task of the backlog")
    {
        Add(_id.Argument);
        Add(_id.Option);
        Add(_tag);
        Add(_json);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var file = context.Backlog(parsed.GetValue(_tag)).Read();
        var task = file.Backlog.Find(RepositoryBacklog.Find(file.Backlog, TasksCommand.RequireId(parsed, _id)))!;
        if (parsed.GetValue(_json))
        {
            context.Print(new BacklogTaskDocument(file.ToJson(task.Id)), DocumentJson.Default.BacklogTaskDocument);
        }
        PrintTask(context, task);
        return Task.FromResult(UseCaseOutcome.Done);
    }

    /// <summary>Prints a task as text.</summary>
    internal static void PrintTask(CliCommandServiceBundle context, BacklogTask task)
    {
        context.Terminal.Show($"{task.Id}: {task.Title}");
        context.Terminal.Show(
            $"{task.Status}, {task.Priority}{(task.Dependencies.Count == 0 ? "" : ", after " + string.Join(", ", task.Dependencies))}"
        );
        foreach (
            var text in new[]
            {
                task.Description,
                task.Details,
                task.TestStrategy is null ? null : "How it is tested: " + task.TestStrategy,
            }.Where(text => !string.IsNullOrWhiteSpace(text))
        )
        {
            context.Terminal.Show("");
            context.Terminal.Show(new UntrustedText(text));
        }
        foreach (var subtask in task.All.Skip(1))
        {
            context.Terminal.Show($"  {subtask.Id} {subtask.Status}: {subtask.Title}");
        }
    }
}
