using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary><c>retry</c>: retries a task with guidance from the user.</summary>
internal sealed class RetryCommand : SteeringCommand
{
    private readonly RunArgument _which = new("RUN/TASK", "The task");
    private readonly Option<string?> _guidance;

    public RetryCommand()
        : base("retry", "Try a task again")
    {
        _guidance = TextOption("--guidance", "What the agent should know this time");
        _which.AddTo(this);
        Add(_guidance);
        AddGoingOn();
        AddEngine();
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = _which.RequireOpen(context.RequireRepository(), parsed);
        var task = reference.RequireTask(run.Status);
        var command = new TaskCommand(task, parsed.GetValue(_guidance) ?? "", context.Person);
        return SendAsync(
            parsed,
            context,
            run,
            new SteeringCall((handle, cancel) => handle.RetryTaskAsync(command, cancel), "retryTask", command)
            {
                Refuse = status => StoredRefusals.OfRetry(status, task),
            },
            stop
        );
    }
}
