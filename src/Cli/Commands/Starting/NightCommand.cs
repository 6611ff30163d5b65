namespace Orchestrator.Cli.Commands;

/// <summary><c>night</c>: groups the commands for unattended runs.</summary>
internal sealed class NightCommand : CliCommand
{
    private readonly NightRehearseCommand _rehearse = new();

    public NightCommand()
        : base("night", "Rehearse an unattended run at no cost")
    {
        Add(_rehearse);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop) =>
        throw new UseCaseException(
            UseCaseOutcome.Usage,
            "The subcommand of 'orchestrate night' is missing.",
            "orchestrate night rehearse --until 07:00"
        );
}
