using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Holds;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Waits until an agent may be asked for again, or has to wait for long.</summary>
public delegate Task AwaitTurn(StepExecution execution, CancellationToken called);

/// <summary>An agent run that a hold prevents, or that waits for its turn. It does not count: its number is used again when that is
/// over.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="run">Id of the run.</param>
/// <param name="repository">Absolute path of its repository.</param>
/// <param name="folder">The start's folder.</param>
/// <param name="session">The conversation to go on with.</param>
/// <param name="turn">Waits while its account lets others go first.</param>
public sealed class HeldStart(RunServices services, string run, string repository, string folder, string session, AwaitTurn turn)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly HoldFile _file = new(services.Environment, services.Time);

    /// <summary>The result of an agent run because of a hold; null: it may go on. An agent that was started before is followed.</summary>
    public AgentRunResult? Look() =>
        AgentSupervisor.Look(folder) == AgentStartState.NotStarted && _file.Find(run, repository) is { } hold
            ? Held(hold.ToString())
            : null;

    /// <summary>Handles a hold for a new agent run; null: it may go on.</summary>
    /// <param name="awaitRelease">It was held before: this call starts nothing and ends with the hold.</param>
    /// <param name="execution">The execution of the step.</param>
    public async Task<AgentRunResult?> MeetAsync(bool awaitRelease, StepExecution execution) =>
        awaitRelease ? await AwaitReleaseAsync(execution) : Look();

    /// <summary>Waits until no hold concerns the run, or the agent run is not wanted any more.</summary>
    /// <param name="execution">The execution of the step.</param>
    private async Task<AgentRunResult> AwaitReleaseAsync(StepExecution execution)
    {
        using var called = CancellationTokenSource.CreateLinkedTokenSource(execution.Stop, execution.Detach);
        while (Look() is not null)
        {
            execution.IsAlive();
            await Task.WhenAny(Task.Delay(Pause, services.Time, called.Token));
            if (execution.Detach.IsCancellationRequested)
            {
                throw AgentMonitor.LettingGo(execution, "the hold");
            }
            if (execution.Stop.IsCancellationRequested && AgentMonitor.NeverBegun(true, folder, session) is { } stopped)
            {
                return stopped;
            }
        }
        await turn(execution, called.Token);
        if (execution.Detach.IsCancellationRequested)
        {
            throw AgentMonitor.LettingGo(execution, "its turn");
        }
        return execution.Stop.IsCancellationRequested && AgentMonitor.NeverBegun(true, folder, session) is { } ended ? ended : Held("");
    }

    private AgentRunResult Held(string why) =>
        new()
        {
            FailureClass = FailureClass.Held,
            Message = why,
            Session = session,
            NeverBegun = true,
        };
}
