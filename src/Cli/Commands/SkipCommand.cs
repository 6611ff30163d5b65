using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary><c>skip</c>: counts a task as done without changes, so that its dependants run.</summary>
internal sealed class SkipCommand : SteeringCommand
{
    private readonly Argument<string> _which = new("RUN/TASK") { Description = "The task" };

    public SkipCommand()
        : base("skip", "Count a task as done without changes")
    {
        Add(_which);
        AddGoingOn();
        AddEngine();
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = RunReference.RequireOpen(context.RequireRepository(), parsed.GetValue(_which));
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
