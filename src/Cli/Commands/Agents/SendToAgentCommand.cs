using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>send</c>: sends a user's message to the agent of a task, or to all agents of a run. Needs no running Temporal server.
/// </summary>
internal sealed class SendToAgentCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = new(
        "RUN/TASK",
        "The task whose agent gets the message or, with --all, the run",
        isRequired: true
    );
    private readonly Argument<string> _text = new("TEXT") { Description = "Text of the message" };
    private readonly Option<bool> _all = new("--all")
    {
        Description = "Send the message to all agents of the run, including those that start later",
    };

    public SendToAgentCommand()
        : base("send", "Send a message to a task's agent or, with --all, to all agents of a run, even before they start")
    {
        _which.AddTo(this);
        Add(_text);
        Add(_all);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        if (parsed.GetValue(_all))
        {
            await AgentMailSender.SendAsync(
                task: null,
                _which.RequireRun(repository, parsed),
                parsed.GetRequiredValue(_text),
                context,
                stop
            );
            return UseCaseOutcome.Done;
        }
        var (run, reference) = _which.Require(repository, parsed);
        var task =
            reference.FindTask(run.Status)
            ?? throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.Id} is a run, but mail is sent to the agent of a task.",
                $"Name a task as {run.Id}/TASK, or write to all agents: orchestrate send {run.Id} TEXT --all"
            );
        await AgentMailSender.SendAsync(task, run, parsed.GetRequiredValue(_text), context, stop);
        return UseCaseOutcome.Done;
    }
}
