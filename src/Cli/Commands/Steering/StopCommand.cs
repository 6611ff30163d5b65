using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>stop</c>: stops agents immediately, even if no Temporal server is running. The agents' work is retained, and their tasks wait for
/// <c>resume</c>.
/// </summary>
internal sealed class StopCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = new("RUN/TASK", "The run, or one of its tasks");
    private readonly Option<bool> _all = new("--all") { Description = "Stop all agents of this repository" };

    public StopCommand()
        : base("stop", "Stop running agents immediately, even without an engine")
    {
        _which.AddTo(this);
        Add(_all);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var which = _which.Text(parsed);
        if (which is null == !parsed.GetValue(_all))
        {
            throw new UseCaseException(UseCaseOutcome.Usage, "No agents were selected.", "Specify RUN, RUN/TASK or --all.");
        }
        var stopped = await RunningAgentStopper.StopAsync(which, repository, context);
        context.Terminal.Inform(
            stopped == 0
                ? "None of the selected agents is running."
                : "Their conversations and files are kept; to continue, use 'orchestrate resume' with RUN or RUN/TASK."
        );
        return UseCaseOutcome.Done;
    }
}
