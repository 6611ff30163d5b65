using Orchestrator.App.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>ask-model</c>: sends one request to a model and prints the result. Used if a model is called directly instead of through an agent
/// program, for example by a planner. Works without a running orchestrator.
/// </summary>
internal sealed class AskModelCommand : CliCommand
{
    private readonly Option<string> _request = new("--request")
    {
        Description = "The start's request file",
        HelpName = "FILE",
        Required = true,
    };

    public AskModelCommand()
        : base("ask-model", "Started by planners to query a model once")
    {
        Hidden = true;
        Add(_request);
    }

    public override bool IsForAgents => true;

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (line, answered) = await AgentIssuedCommandHandler.AskModelAsync(
            parsed.GetRequiredValue(_request),
            context.Terminal.ReadInput(),
            context.Time,
            stop
        );
        context.Terminal.Document(line + "\n");
        return answered ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
    }
}
