using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>A command for a run, a task or a question that is completely defined by <see cref="SteeringCatalog"/>.</summary>
internal sealed class CatalogDefinedSteeringCliCommand : SteeringCommand
{
    private readonly SteeringCommandDefinition _definition;
    private readonly RunOrTaskCliArgument _which;

    /// <summary>Creates the command from its definition.</summary>
    /// <param name="definition">Row of the catalog.</param>
    /// <param name="name">Name of the command, or null for the name in the row.</param>
    public CatalogDefinedSteeringCliCommand(SteeringCommandDefinition definition, string? name = null)
        : base(name ?? definition.Name, definition.Summary)
    {
        _definition = definition;
        _which = definition.Targets switch
        {
            SteeringTargetKinds.Task => new("RUN/TASK", "The task"),
            SteeringTargetKinds.Run => new("RUN", "The run"),
            SteeringTargetKinds.Question => new(
                "RUN/TASK",
                "The task that the question is about, or 'plan'; RUN alone is enough if the run has only one open question"
            ),
            _ => new("RUN/TASK", "The run, or one of its tasks", isRequired: definition.Arguments.Any(argument => argument.IsRequired)),
        };
        _which.AddTo(this);
        AddOptionsOf(definition);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (run, target) = Find(context.RequireRepository(), parsed);
        var outcome = await SteerAsync(parsed, context, run, _definition, InputOf(parsed, context, target), stop);
        if (outcome == UseCaseOutcome.Done && _definition == SteeringCatalog.Reject && target == RunQuestion.Plan)
        {
            RunSummary.PrintKeptPlan(run.Status with { State = RunStateNames.Cancelled }, context);
        }
        return outcome;
    }

    private (StoredRun Run, string? Target) Find(LocalRepositoryPaths repository, ParseResult parsed)
    {
        switch (_definition.Targets)
        {
            case SteeringTargetKinds.Run:
                return (_which.RequireOpenRun(repository, parsed), null);
            case SteeringTargetKinds.Question:
                return QuestionReference.Require(repository, _which.Text(parsed));
        }
        var (run, reference) = _which.RequireOpen(repository, parsed);
        return (run, _definition.Targets == SteeringTargetKinds.Task ? reference.RequireTask(run.Status) : reference.FindTask(run.Status));
    }
}
