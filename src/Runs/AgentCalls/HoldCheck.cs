using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Holds;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Waits until admission of an agent may be requested again, or requires a long wait.</summary>
public delegate Task AwaitTurn(StepExecution execution, CancellationToken called);

/// <summary>Handles an agent run that a hold prevents, or that waits for admission. It does not count as a start; its number is used again
/// later.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="run">Id of the run.</param>
/// <param name="repository">Absolute path of the run's repository.</param>
/// <param name="folder">The agent run's folder.</param>
/// <param name="session">The conversation to continue.</param>
/// <param name="turn">Waits while the account admits other agents first.</param>
public sealed class HoldCheck(RunServices services, string run, string repository, string folder, string session, AwaitTurn turn)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly HoldFile _file = new(services.Environment, services.Time);

    /// <summary>Returns the result of an agent run that a hold prevents, or null if it may proceed. An agent that has already started may
    /// always proceed.</summary>
    public AgentRunResult? Look() =>
        AgentSupervisor.Look(folder) == AgentStartState.NotStarted && _file.Find(run, repository) is { } hold
            ? Held(hold.ToString())
            : null;

    /// <summary>Handles a hold on a new agent run. Returns null if it may proceed.</summary>
    /// <param name="awaitRelease">True if the agent run was held before; this call then starts nothing and ends when the hold is
    /// released.</param>
    /// <param name="execution">The execution of the step.</param>
    public async Task<AgentRunResult?> MeetAsync(bool awaitRelease, StepExecution execution) =>
        awaitRelease ? await AwaitReleaseAsync(execution) : Look();

    /// <summary>Waits until no hold applies to the run, or until the step is canceled.</summary>
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
