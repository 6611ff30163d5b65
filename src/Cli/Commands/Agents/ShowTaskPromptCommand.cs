namespace Orchestrator.Cli.Commands;

/// <summary><c>prompt</c>: prints the exact prompt of a task's agent in its first attempt.</summary>
internal sealed class ShowTaskPromptCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN") { Description = "The plan file" };
    private readonly Argument<string> _task = new("TASK") { Description = "Id of the task" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ShowTaskPromptCommand()
        : base("prompt", "Show the prompt that the agent of a task gets")
    {
        Add(_plan);
        Add(_task);
        Add(_json);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var plan = context.PlanFiles.Require(parsed.GetRequiredValue(_plan));
        var ids = plan.Tasks.Select(task => task.Id).ToList();
        var id = UniquePrefix.Find(parsed.GetRequiredValue(_task), ids, "task of this plan");
        var settings = context.FindSettings() ?? context.LoadSettings().Settings!;
        var task = plan.Tasks.First(one => one.Id == id);
        var input = TaskPromptInput.Of(ProjectPromptTextSerializer.AddTo(plan, context.PlanFiles.ProjectTexts()), task) with
        {
            FurtherGates = PlanGateListFormatter.Find(settings, context)?.Beyond(plan, task) ?? [],
            NeedPerson = settings.AlwaysRequireHuman,
            WorktreeVariables = [.. settings.Worktrees.Environment.Keys],
        };
        input = input.With(context.PlanFiles.EffectiveContracts(plan).Stubs);
        var prompt = TaskPromptRenderer.Render(input with { RoleText = task.Role is { } role ? context.PlanFiles.RoleText(role) : null });
        if (parsed.GetValue(_json))
        {
            context.Print(new PromptDocument(id, prompt), DocumentJson.Default.PromptDocument);
        }
        else
        {
            context.Terminal.Document(prompt);
        }
        return Task.FromResult(UseCaseOutcome.Done);
    }
}
