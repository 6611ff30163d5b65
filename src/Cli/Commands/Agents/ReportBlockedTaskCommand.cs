using Orchestrator.App.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary><c>blocked</c>: lets an agent report an obstacle that prevents it from continuing.</summary>
internal sealed class ReportBlockedTaskCommand : CliCommand
{
    private readonly Option<string[]> _needs = CreateListOption("--needs", "A missing package, such as pandas>=2.0", "WHAT");
    private readonly Option<bool> _dev = new("--dev")
    {
        Description = "The packages are needed only for development, for example for tests",
    };
    private readonly Option<string?> _in = new("--in")
    {
        Description = "Folder of the project that needs the package; default: the root of the repository",
        HelpName = "FOLDER",
    };
    private readonly Option<string[]> _files = CreateListOption(
        "--file",
        "A file outside the task's ownership that the task must write",
        "PATH"
    );
    private readonly Option<string[]> _split = CreateListOption(
        "--split",
        "Smaller tasks that replace this task, because this task is too large",
        "TASK"
    );
    private readonly Option<string?> _reason = new("--reason", "--question")
    {
        Description = "The reason for the request, or the question",
        HelpName = "TEXT",
    };

    public ReportBlockedTaskCommand()
        : base("blocked", "Request something that a task can't continue without (agents run this command)")
    {
        Add(_needs);
        Add(_dev);
        Add(_in);
        Add(_files);
        Add(_split);
        Add(_reason);
        Validators.Add(result =>
        {
            if (!result.Children.Any())
            {
                result.AddError("Describe the obstacle with --needs PACKAGE, --file PATH, --split TASK or --question TEXT.");
            }
            else if (result.GetValue(_dev) && result.GetValue(_needs) is not { Length: > 0 })
            {
                result.AddError("--dev applies only to packages. Name the packages with --needs PACKAGE.");
            }
        });
    }

    public override bool IsForAgents => true;

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var start = AgentRunIdentity.Require(context);
        AgentIssuedCommandHandler.ReportObstacle(
            start,
            parsed.GetValue(_reason) ?? "",
            parsed.GetValue(_needs) ?? [],
            parsed.GetValue(_dev),
            parsed.GetValue(_in) ?? "",
            parsed.GetValue(_files) ?? [],
            parsed.GetValue(_split) ?? [],
            context.Time.GetUtcNow()
        );
        context.Terminal.Inform($"Recorded: {start.Task} is blocked. End your turn now; a user, the planner or the policy will answer.");
        return Task.FromResult(UseCaseOutcome.Done);
    }

    private static Option<string[]> CreateListOption(string name, string description, string what) =>
        new(name)
        {
            Description = description,
            HelpName = what,
            AllowMultipleArgumentsPerToken = true,
        };
}
