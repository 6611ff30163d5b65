using Orchestrator.App.Setup;
using Orchestrator.Cli.Overviews;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>check</c>: checks that this machine and this repository are ready for runs. Each result is ok, warn or fail, with a suggested fix.
/// </summary>
internal sealed class CheckReadinessCommand : CliCommand
{
    private readonly Option<string?> _agent = new("--agent")
    {
        Description = "Check this agent instead of the configured one",
        HelpName = "NAME",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public CheckReadinessCommand()
        : base("check", "Check if this machine and this repository are ready for runs")
    {
        Add(_agent);
        Add(_json);
    }

    public override bool WorksEverywhere => true;

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var entries = await MachineReadinessChecker.RunAsync(
            context,
            parsed.GetValue(_agent) is { } agent ? [new("--agent", "agent", agent)] : [],
            stop
        );
        var worst = ReadinessCheckPrinter.Print(context, entries, parsed.GetValue(_json));
        if (worst != MachineReadinessCheckStatus.Fail)
        {
            return UseCaseOutcome.Done;
        }
        return entries.Any(entry => entry is { Name: "repository", Status: MachineReadinessCheckStatus.Fail })
            ? UseCaseOutcome.Usage
            : UseCaseOutcome.Unavailable;
    }
}
