using Orchestrator.Accounts;
using Orchestrator.Agents.Supervision;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>The accounts that may pay for one agent run: that of the agent, and while its limit is used up those of
/// <c>agents.claude.fallback</c>, the first that admits it.</summary>
public sealed class AgentPayers : IDisposable
{
    private readonly List<GovernedStart> _starts;

    private AgentPayers(List<GovernedStart> starts)
    {
        _starts = starts;
        Chosen = starts[0];
    }

    /// <summary>The one that pays; the agent's own before it is known.</summary>
    public GovernedStart Chosen { get; private set; }

    /// <summary>The accounts for an agent.</summary>
    /// <param name="services">What the steps need of this machine.</param>
    /// <param name="own">The agent run at the agent's own account.</param>
    /// <param name="agent">The agent's name.</param>
    /// <param name="environment">The variables that it gets.</param>
    public static AgentPayers Of(RunServices services, GovernedAgent own, string agent, IReadOnlyDictionary<string, string> environment)
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
        return new AgentPayers([.. others.Prepend(own).Select(one => new GovernedStart(services, one))]);
    }

    /// <summary>Asks whether the agent may be started, and who pays.</summary>
    /// <returns>Null: it may, or it was started before. Else the result of the step.</returns>
    public async Task<AgentRunResult?> AdmitAsync(string session, CancellationToken stop)
    {
        if (AgentSupervisor.Look(Chosen.Agent.Folder) != AgentStartState.NotStarted)
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
                other.Use.Note($"{other.Agent.Account} pays (agents.claude.fallback): {refusal.Message}");
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

    /// <summary>Waits until one of them would admit the agent, or all have to wait for long.</summary>
    public async Task AwaitTurnAsync(StepExecution execution, CancellationToken called)
    {
        foreach (var start in _starts)
        {
            await start.AwaitTurnAsync(execution, called);
        }
    }

    /// <summary>The result of an agent whose account's limit was reached: where others may pay it goes on at once, and the next start finds
    /// out who. As after a budget of which it has used its part, no attempt is counted.</summary>
    public AgentRunResult GoingOn(AgentRunResult result) =>
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
