using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Holds;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Waits until an agent's admission can be requested again. Returns early if the wait would be long.</summary>
public delegate Task AwaitTurn(RunStepExecutionContext execution, CancellationToken called);

/// <summary>
/// Checks whether a hold prevents a new agent run, and waits until the hold is released. An agent run that is held or waits for admission
/// is not counted as a start, and its number is reused.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="run">Id of the run.</param>
/// <param name="repository">Absolute path of the run's repository.</param>
/// <param name="folder">Absolute path of the agent run's folder.</param>
/// <param name="session">Id of the conversation that the agent continues.</param>
/// <param name="turn">Waits while the account admits other agents first.</param>
public sealed class AgentStartHoldChecker(
    RunServiceBundle services,
    string run,
    string repository,
    string folder,
    string session,
    AwaitTurn turn
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly AgentStartHoldStore _file = new(services.Environment, services.Time);

    /// <summary>
    /// Returns the step result if a hold prevents the agent run, or null if the agent may start. A hold never affects an agent that has
    /// already started.
    /// </summary>
    public AgentRunResult? FindHold() =>
        AgentSupervisor.ReadState(folder) == AgentRunStatus.NotStarted && _file.Find(run, repository) is { } hold
            ? Held(hold.ToString())
            : null;

    /// <summary>
    /// Returns the step result if a hold prevents the agent run, or null if the agent may start. If the agent run was held before, waits
    /// until the hold is released and always returns a result. A later step then starts the agent.
    /// </summary>
    /// <param name="awaitRelease">True if the agent run was held before. The call then starts no agent and returns when the hold is
    /// released.</param>
    /// <param name="execution">The running step.</param>
    public async Task<AgentRunResult?> WaitWhileHeldAsync(bool awaitRelease, RunStepExecutionContext execution) =>
        awaitRelease ? await AwaitReleaseAsync(execution) : FindHold();

    /// <summary>Waits until no hold applies to the run and the account would admit the agent, or until the step is canceled.</summary>
    /// <param name="execution">The running step.</param>
    private async Task<AgentRunResult> AwaitReleaseAsync(RunStepExecutionContext execution)
    {
        using var called = CancellationTokenSource.CreateLinkedTokenSource(execution.Stop, execution.Detach);
        while (FindHold() is not null)
        {
            execution.IsAlive();
            await Task.WhenAny(Task.Delay(Pause, services.Time, called.Token));
            if (execution.Detach.IsCancellationRequested)
            {
                throw DetachableAgentRunFollower.CreateDetachException(execution, "the hold");
            }
            if (execution.Stop.IsCancellationRequested && DetachableAgentRunFollower.CancelUnstarted(true, folder, session) is { } stopped)
            {
                return stopped;
            }
        }
        await turn(execution, called.Token);
        if (execution.Detach.IsCancellationRequested)
        {
            throw DetachableAgentRunFollower.CreateDetachException(execution, "its turn");
        }
        return execution.Stop.IsCancellationRequested && DetachableAgentRunFollower.CancelUnstarted(true, folder, session) is { } ended
            ? ended
            : Held("");
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
