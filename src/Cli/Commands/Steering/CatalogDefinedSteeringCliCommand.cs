using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>A command for a run or a task that is completely defined by <see cref="SteeringCatalog"/>.</summary>
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
            _ => new("RUN/TASK", "The run, or one of its tasks", isRequired: definition.Arguments.Any(argument => argument.IsRequired)),
        };
        _which.AddTo(this);
        AddOptionsOf(definition);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        if (_definition.Targets == SteeringTargetKinds.Run)
        {
            var whole = _which.RequireOpenRun(repository, parsed);
            return SteerAsync(parsed, context, whole, _definition, InputOf(parsed, context, task: null), stop);
        }
        var (run, reference) = _which.RequireOpen(repository, parsed);
        var task = _definition.Targets == SteeringTargetKinds.Task ? reference.RequireTask(run.Status) : reference.FindTask(run.Status);
        return SteerAsync(parsed, context, run, _definition, InputOf(parsed, context, task), stop);
    }
}
