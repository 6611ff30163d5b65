using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.Accounts;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>
/// Chooses the account that pays for one agent run, preferably the agent's own account. If that account is at its usage limit, chooses the
/// first account in <c>agents.claude.fallback</c> that admits the agent.
/// </summary>
public sealed class PayingAccountSelector : IDisposable
{
    private readonly List<AgentAdmissionClient> _starts;

    private PayingAccountSelector(List<AgentAdmissionClient> starts)
    {
        _starts = starts;
        Chosen = starts[0];
    }

    /// <summary>Admission client of the account that pays, which is initially the agent's own account.</summary>
    public AgentAdmissionClient Chosen { get; private set; }

    /// <summary>Creates the list of accounts that may pay for an agent run.</summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="own">The agent run, charged to the agent's own account.</param>
    /// <param name="agent">Name of the agent in the settings.</param>
    /// <param name="environment">The agent's environment variables.</param>
    public static PayingAccountSelector Of(
        RunServiceBundle services,
        GovernedAgentRun own,
        string agent,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var others =
            agent == AgentCatalog.Claude
                ? own.Settings.Claude.Fallback.Select(provider =>
                    own with
                    {
                        Account = AccountName.OfProvider(provider, environment),
                        Fallback = provider,
                    }
                )
                : [];
        return new PayingAccountSelector([.. others.Prepend(own).Select(one => new AgentAdmissionClient(services, one))]);
    }

    /// <summary>Requests admission from each account in order until one admits the agent.</summary>
    /// <param name="session">Id of the conversation that the agent continues.</param>
    /// <returns>Null if the agent may start or has already started; otherwise the result of the step.</returns>
    public async Task<AgentRunResult?> AdmitAsync(string session, CancellationToken stop)
    {
        if (AgentSupervisor.ReadState(Chosen.Agent.Folder) != AgentRunStatus.NotStarted)
        {
            return await FollowAsync(session, stop);
        }
        var refusal = await Chosen.AdmitAsync(session, stop);
        if (refusal is not { FailureClass: FailureClass.UsageLimit })
        {
            return refusal;
        }
        foreach (var other in _starts.Skip(1))
        {
            var next = await other.AdmitAsync(session, stop);
            if (next is null)
            {
                Chosen = other;
                other.Use.Note($"the account {other.Agent.Account} pays instead (agents.claude.fallback): {refusal.Message}");
                return null;
            }
            if (next.FailureClass == FailureClass.Held)
            {
                return next;
            }
            refusal = refusal with
            {
                Message = $"{refusal.Message}; {next.Message}",
                WakeAt = next.WakeAt < refusal.WakeAt ? next.WakeAt : refusal.WakeAt,
            };
        }
        return refusal;
    }

    /// <summary>Waits for each account in order, until that account would admit the agent or requires a long wait.</summary>
    /// <param name="called">Canceled when the wait must end.</param>
    public async Task AwaitTurnAsync(RunStepExecutionContext execution, CancellationToken called)
    {
        foreach (var start in _starts)
        {
            await start.AwaitTurnAsync(execution, called);
        }
    }

    /// <summary>
    /// Changes a usage-limit failure to a budget failure if another account may pay. The task then retries immediately, and the attempt is
    /// not counted. The next start chooses an account that admits the agent.
    /// </summary>
    public AgentRunResult RetryOnOtherAccount(AgentRunResult result) =>
        result is { FailureClass: FailureClass.UsageLimit, NeverBegun: false } && _starts.Count > 1
            ? result with
            {
                FailureClass = FailureClass.Budget,
            }
            : result;

    /// <inheritdoc/>
    public void Dispose() => _starts.ForEach(start => start.Dispose());

    private async Task<AgentRunResult?> FollowAsync(string session, CancellationToken stop)
    {
        foreach (var start in _starts)
        {
            if (await start.AdmitAsync(session, stop) is { } refused)
            {
                return refused;
            }
            if (start.IsReserved)
            {
                Chosen = start;
                break;
            }
        }
        return null;
    }
}
