using Microsoft.Extensions.Logging.Abstractions;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>worker drain</c>: prepares the shared runs of this machine to be taken over by other machines. All data that other machines need is
/// pushed first.
/// </summary>
internal sealed class WorkerDrainCommand : CliCommand
{
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public WorkerDrainCommand()
        : base("drain", "Hand over this machine's shared runs to other machines, where their interrupted agents continue")
    {
        _engine.AddTo(this);
        Add(_yes);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var settings = RepositoryTrustPrompt
            .RequireTrust(context, context.OpenSettings(repository, _engine.Flags(parsed)), parsed.GetValue(_yes))
            .Settings!;
        if (settings.Temporal.Address is null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "The runs here use the embedded engine, which other machines can't reach.",
                "Shared runs need a Temporal server: see docs/how-to/machines.md."
            );
        }
        var here = await context.ReferenceOfAsync(repository);
        await using var engine = await EngineConnection.ConnectAsync(settings.Temporal, context, NullLoggerFactory.Instance, stop);
        var drained = await new RunDrainer(here, engine, context).DrainAsync(stop);
        if (drained.Count == 0)
        {
            context.Terminal.Inform($"This machine ({context.Machine}) owns no run that another machine could take over.");
        }
        return drained.All(isGone => isGone) ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
    }
}
