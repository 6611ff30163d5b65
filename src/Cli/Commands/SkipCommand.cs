using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary><c>skip</c>: marks a task as done without changes, so that its dependents run.</summary>
internal sealed class SkipCommand : SteeringCommand
{
    private readonly RunArgument _which = new("RUN/TASK", "The task");

    public SkipCommand()
        : base("skip", "Count a task as done without changes")
    {
        _which.AddTo(this);
        AddGoingOn();
        AddEngine();
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = _which.RequireOpen(context.RequireRepository(), parsed);
        var task = reference.RequireTask(run.Status);
        var command = new TaskCommand(task, By: context.Person);
        return SendAsync(
            parsed,
            context,
            run,
            new SteeringCall((handle, cancel) => handle.SkipTaskAsync(command, cancel), "skipTask", command)
            {
                Refuse = status => StoredRefusals.OfSkip(status, task),
            },
            stop
        );
    }
}
