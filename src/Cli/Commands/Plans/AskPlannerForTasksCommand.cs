using System.Text;
using System.Text.Json;
using Orchestrator.App.PlanFiles;
using Orchestrator.Cli.Runs;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// Base class of commands that let a planner add tasks to the backlog. The planner's run writes the tasks to the backlog, so that a crash
/// neither loses nor duplicates a task.
/// </summary>
internal abstract class AskPlannerForTasksCommand : CliCommand
{
    private readonly Option<string?> _model = new("--model", "-m") { Description = "Model of the planner", HelpName = "MODEL" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _noProgress = new("--no-progress")
    {
        Description = "Print one line per state change instead of the live table",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly EngineOptions _engine = new();

    protected AskPlannerForTasksCommand(string name, string description)
        : base(name, description) { }

    protected Option<string?> Tag { get; } = TasksCommand.Tag();

    protected void AddCommon()
    {
        foreach (var option in new Option[] { Tag, _model, _yes, _noProgress, _json })
        {
            Add(option);
        }
        _engine.AddTo(this);
    }

    protected async Task<UseCaseOutcome> PlanAsync(
        ParseResult parsed,
        CliCommandServiceBundle context,
        LocalRepositoryPaths repository,
        OrchestrationInput input,
        string title,
        string question,
        CancellationToken stop
    )
    {
        IReadOnlyList<SettingOverride> progress = parsed.GetValue(_noProgress) ? [new("--no-progress", "show_progress", "false")] : [];
        var settings = context.OpenSettings(repository, [.. _engine.Flags(parsed), .. progress]);
        var id = PlannerRun.IdOf(title, $"{question}\n{parsed.GetValue(_model)}\n{parsed.GetValue(Tag)}", repository);
        return await PlannerRun.RunAsync(
            context,
            new TerminalPresenter(context),
            repository,
            settings,
            input with
            {
                PlanOnly = true,
                PlannerModel = parsed.GetValue(_model),
            },
            id,
            parsed.GetValue(_yes),
            () => Show(parsed, context, repository, id),
            stop
        );
    }

    private void Show(ParseResult parsed, CliCommandServiceBundle context, LocalRepositoryPaths repository, string id)
    {
        var files = context.Backlog(parsed.GetValue(Tag));
        var file = files.Read();
        var ids =
            JsonSerializer.Deserialize(
                File.ReadAllText(Path.Combine(repository.RunsFolder, id, "planning", "added.json")),
                DocumentJson.Default.StringArray
            ) ?? [];
        var added = ids.Select(file.Backlog.Find).OfType<BacklogTask>().ToList();
        if (parsed.GetValue(_json))
        {
            context.Print(
                BacklogDocument.Of(files.Name, added.Select(task => file.ToJson(task.Id)), file.Faults),
                DocumentJson.Default.BacklogDocument
            );
        }
        foreach (var task in added)
        {
            context.Terminal.Inform(
                $"{task.Id, -5} {task.Title}{(task.Dependencies.Count == 0 ? "" : "  after " + string.Join(", ", task.Dependencies))}"
            );
        }
    }
}

/// <summary><c>tasks parse</c>: creates backlog tasks from a document.</summary>
internal sealed class TasksParseCommand : AskPlannerForTasksCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "The document, such as a PRD" };

    public TasksParseCommand()
        : base("parse", "Have a planner turn a document into tasks")
    {
        Add(_file);
        AddCommon();
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var name = parsed.GetRequiredValue(_file);
        var path = context.PlanFiles.RequireDocument(name);
        context.Backlog(parsed.GetValue(Tag)).Read();
        var input = new OrchestrationInput
        {
            Repository = repository.WorkTree,
            RequestFile = RequestOrFileNameClassifier.InRepository(repository, path),
            Planning = new PlanningOptions { Makes = PlanningOptions.Tasks, Tag = parsed.GetValue(Tag) },
        };
        return await PlanAsync(
            parsed,
            context,
            repository,
            input,
            Path.GetFileNameWithoutExtension(name),
            $"parse\n{await File.ReadAllTextAsync(path, stop)}",
            stop
        );
    }
}

/// <summary><c>tasks expand</c>: splits a task into subtasks.</summary>
internal sealed class TasksExpandCommand : AskPlannerForTasksCommand
{
    private readonly (Argument<string?> Argument, Option<string?> Option) _id = TasksCommand.Id();
    private readonly Option<bool> _research = new("--research") { Description = "Have the planner study the existing code first" };

    public TasksExpandCommand()
        : base("expand", "Have a planner divide a task into subtasks")
    {
        Add(_id.Argument);
        Add(_id.Option);
        Add(_research);
        AddCommon();
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var backlog = context.Backlog(parsed.GetValue(Tag)).Read().Backlog;
        var task = backlog.Find(RepositoryBacklog.Find(backlog, TasksCommand.RequireId(parsed, _id)))!;
        if (task.Id.Contains('.', StringComparison.Ordinal))
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"{task.Id} is a subtask itself.", "Specify a task that is not a subtask.");
        }
        var text = Describe(task);
        var input = new OrchestrationInput
        {
            Repository = repository.WorkTree,
            Request = text,
            Planning = new PlanningOptions
            {
                Makes = PlanningOptions.Subtasks,
                Parent = task.Id,
                Research = parsed.GetValue(_research),
                Tag = parsed.GetValue(Tag),
            },
        };
        return PlanAsync(parsed, context, repository, input, $"expand {task.Id}", $"expand {task.Id}\n{text}", stop);
    }

    private static string Describe(BacklogTask task)
    {
        var text = new StringBuilder($"{task.Id}: {task.Title}\n");
        foreach (
            var part in new[]
            {
                task.Description,
                task.Details,
                task.TestStrategy is null ? null : "How it is tested: " + task.TestStrategy,
            }.Where(part => !string.IsNullOrWhiteSpace(part))
        )
        {
            text.Append('\n').Append(part).Append('\n');
        }
        foreach (var subtask in task.Subtasks)
        {
            text.Append("\nIts part ").Append(subtask.Id).Append(" already exists: ").Append(subtask.Title).Append('\n');
        }
        return text.ToString();
    }
}
