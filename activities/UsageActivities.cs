using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Accounts;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Implements the activity that stores a raised budget.</summary>
/// <param name="services">Services that activities use on this host.</param>
public sealed class UsageActivities(RunServiceBundle services) : IUsageActivities
{
    private readonly BudgetRaiser _raise = new(services.Governor, services.Time);

    [Activity]
    public Task<RaisedBudget> IncreaseBudgetAsync(RaiseBudgetInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _raise.StoreAsync(input, stop));
}
