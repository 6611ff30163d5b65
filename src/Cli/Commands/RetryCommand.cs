using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary><c>retry</c>: retries a task, with a person's guidance.</summary>
internal sealed class RetryCommand : SteeringCommand
{
    private readonly Argument<string> _which = new("RUN/TASK") { Description = "The task" };
    private readonly Option<string?> _guidance;

    public RetryCommand()
        : base("retry", "Try a task again")
    {
        _guidance = TextOption("--guidance", "What the agent should know this time");
        Add(_which);
        Add(_guidance);
        AddGoingOn();
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = RunReference.RequireOpen(context.RequireRepository(), parsed.GetValue(_which));
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
