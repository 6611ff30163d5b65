using System.CommandLine;
using Orchestrator.Local;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Commands;

/// <summary><c>prompt</c>: exactly what the agent of a task will be told in its first round.</summary>
internal sealed class PromptCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN") { Description = "The plan file" };
    private readonly Argument<string> _task = new("TASK") { Description = "Id of the task" };

    public PromptCommand()
        : base("prompt", "Show what the agent of a task will be told")
    {
        Add(_plan);
        Add(_task);
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var plan = PlanFiles.Require(context, parsed.GetRequiredValue(_plan));
        var ids = plan.Tasks.Select(task => task.Id).ToList();
        var id = UniquePrefix.Find(parsed.GetRequiredValue(_task), ids, "task of this plan");
        var input = TaskPromptInput.Of(ProjectContext.AddTo(plan, ProjectTexts(context)), id) with { FurtherGates = context.LoadSettings().Settings!.Gates.Task ?? [] };
        input = input.With(PlanFiles.ContractsInForce(context, plan).Stubs);
        context.Terminal.Result(TaskPrompt.Render(input with { RoleText = RoleText(context, input.Task.Role) }));
        return Task.FromResult(ExitCodes.Done);
    }

    private static IReadOnlyDictionary<string, string> ProjectTexts(CommandContext context) => context.FindRepository() is { } repository
        ? new ContextStore(Path.Combine(repository.OrchestratorFolder, ProjectContext.FileName)).Read()
        : new Dictionary<string, string>();

    // The repository's own text for a role goes before the one that comes with us.
    private static string? RoleText(CommandContext context, string? role)
    {
        if (role is null || context.FindRepository() is not { } repository)
            return null;
        var file = Path.Combine(repository.OrchestratorFolder, "roles", role + ".md");
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }
}
