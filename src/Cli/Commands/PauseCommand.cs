using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Commands;

/// <summary><c>pause</c>: interrupts agents, which keep their conversations.</summary>
internal sealed class PauseCommand : SteeringCommand
{
    private readonly RunArgument _which = new("RUN/TASK", "The run, or one task of it");

    public PauseCommand()
        : base("pause", "Pause a run or one task; agents keep their conversation")
    {
        _which.AddTo(this);
        AddGoingOn();
        AddEngine();
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = _which.RequireOpen(context.RequireRepository(), parsed);
        var task = reference.FindTask(run.Status);
        return SendAsync(
            parsed,
            context,
            run,
            new SteeringCall((handle, cancel) => handle.PauseAsync(task, cancel), "pause", task is null ? null : new TaskCommand(task))
            {
                ComesToRest = task is null ? status => status.Paused : null,
                Refuse = task is null ? null : status => StoredRefusals.OfPause(status, task),
            },
            stop
        );
    }
}
