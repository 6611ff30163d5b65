namespace Orchestrator.Cli.Commands;

/// <summary><c>resolve</c>: applies the user's decision about a run that could not continue automatically.</summary>
internal sealed class ResolveEscalationCommand : SteeringCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run" };
    private readonly Option<string[]> _tasks = new("--task")
    {
        Description = "With manual-fix, a repaired task (may be repeated); default: all failed tasks",
        HelpName = "TASK",
    };

    public ResolveEscalationCommand()
        : base("resolve", SteeringCatalog.Resolve.Summary)
    {
        Add(_run);
        Add(_tasks);
        AddOptionsOf(SteeringCatalog.Resolve);

        // The command 'abort' replaces the way 'abort', which stays valid.
        Arguments[^1].CompletionSources.Clear();
        Arguments[^1].CompletionSources.Add(EscalationResolutionKinds.ManualFix, EscalationResolutionKinds.Replan);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var input = InputOf(parsed, context, task: null);
        var way = input.Text(SteeringCatalog.Way);
        var given = parsed.GetValue(_tasks) ?? [];
        if (given.Length > 0 && way != EscalationResolutionKinds.ManualFix)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"--task is only for {EscalationResolutionKinds.ManualFix}; '{way}' concerns the whole run.",
                "Omit --task."
            );
        }
        var run = StoredRunFinder.RequireOpen(context.RequireRepository(), parsed.GetRequiredValue(_run));
        var ids = run.Status.Tasks.Select(task => task.Id).ToList();
        var tasks = given.Length == 0 ? null : given.Select(id => UniquePrefix.Find(id, ids, $"task of {run.Id}")).ToList();
        return SteerAsync(parsed, context, run, SteeringCatalog.Resolve, input with { Tasks = tasks }, stop);
    }
}
