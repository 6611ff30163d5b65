using Orchestrator.Accounts;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>The spending limits of accounts, as activities. The interface documents each.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class UsageActivities(RunServices services) : IUsageActivities
{
    private readonly BudgetRaise _raise = new(services.Governor, services.Time);

    [Activity]
    public Task<RaisedBudget> IncreaseBudgetAsync(RaiseBudgetInput input) => Heartbeats.WhileAsync(stop => _raise.StoreAsync(input, stop));
}
