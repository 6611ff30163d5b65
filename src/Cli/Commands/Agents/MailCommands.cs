using System.CommandLine;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>send</c>: a person writes to the agent of a task. Needs no engine.</summary>
internal sealed class SendCommand : CliCommand
{
    private readonly RunArgument _which = new("RUN/TASK", "The task whose agent gets the mail", isRequired: true);
    private readonly Argument<string> _text = new("TEXT") { Description = "Text for the agent" };

    public SendCommand()
        : base("send", "Write to the agent of a task, while it works or before it starts")
    {
        _which.AddTo(this);
        Add(_text);
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = _which.Require(context.RequireRepository(), parsed);
        var task =
            reference.FindTask(run.Status)
            ?? throw new UseCaseException(
                Outcome.Usage,
                $"{run.Id} is a run, but mail needs a task.",
                $"Name it as {run.Id}/TASK, or write to all: orchestrate broadcast {run.Id} TEXT"
            );
        await RunMail.SendAsync(task, run, parsed.GetRequiredValue(_text), context, stop);
        return Outcome.Done;
    }
}

/// <summary><c>broadcast</c>: sends a user's message to all agents of a run. Needs no engine.</summary>
internal sealed class BroadcastCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run" };
    private readonly Argument<string> _text = new("TEXT") { Description = "Text for all agents" };

    public BroadcastCommand()
        : base("broadcast", "Write to all agents of a run, including those that start later")
    {
        Add(_run);
        Add(_text);
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = RunReference.Require(context.RequireRepository(), parsed.GetRequiredValue(_run)).Run;
        await RunMail.SendAsync(task: null, run, parsed.GetRequiredValue(_text), context, stop);
        return Outcome.Done;
    }
}
