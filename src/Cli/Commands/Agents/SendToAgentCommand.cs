using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>send</c>: sends a user's message to the agent of a task, or to all agents of a run. Needs no running Temporal server.
/// </summary>
internal sealed class SendToAgentCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = new("RUN/TASK", "The task whose agent gets the mail; with --all RUN", isRequired: true);
    private readonly Argument<string> _text = new("TEXT") { Description = "Text for the agent" };
    private readonly Option<bool> _all = new("--all") { Description = "Write to all agents of the run, including those that start later" };

    public SendToAgentCommand()
        : base("send", "Write to the agent of a task, or with --all to those of a run, while they work or before they start")
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
            await UserToAgentMailSender.SendAsync(
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
                $"{run.Id} is a run, but mail needs a task.",
                $"Name it as {run.Id}/TASK, or write to all: orchestrate send {run.Id} TEXT --all"
            );
        await UserToAgentMailSender.SendAsync(task, run, parsed.GetRequiredValue(_text), context, stop);
        return UseCaseOutcome.Done;
    }
}
