using Orchestrator.Accounts;

namespace Orchestrator.Runs.Planning;

/// <summary>The agents that a run pays, each with its model: a budget in money must know the prices of all of them.</summary>
internal static class PaidAgents
{
    /// <summary>The agents of tasks, those that take a task over, and the reviewer.</summary>
    public static IReadOnlyList<(string Agent, string Model)> Of(OrchestratorSettings settings, IReadOnlyList<PlanTask> tasks) =>
        [
            .. tasks.Select(task => (settings.AgentOf(task), settings.ModelOf(task))),
            .. tasks
                .Select(settings.AgentOf)
                .Distinct(StringComparer.Ordinal)
                .SelectMany(settings.RelaysOf)
                .Select(relay => relay.Agent)
                .Distinct(StringComparer.Ordinal)
                .Select(relay => (relay, settings.ModelOf(TaskOf(relay)))),
            .. settings.Review.Enabled ? [Of(settings, settings.Review.Reviewer)] : ((string, string)[])[],
        ];

    /// <summary>Why a run whose plan a planner makes can't work within the budgets in money: no planner is paid for a run that is refused
    /// afterwards.</summary>
    /// <param name="settings">The run's settings.</param>
    /// <param name="isPlanOnly">True if the run ends with its plan, so that only the planner is paid.</param>
    public static IEnumerable<string> FaultsBeforePlanning(OrchestratorSettings settings, bool isPlanOnly) =>
        PricedAgents.Faults(settings, [Of(settings, settings.Planner), .. isPlanOnly ? [] : Of(settings, [TaskOf(null)])]);

    private static (string Agent, string Model) Of(OrchestratorSettings settings, PlannerSettings caller) =>
        (caller.Agent, settings.ModelOf(caller));

    private static PlanTask TaskOf(string? agent) =>
        new()
        {
            Id = "",
            Description = "",
            Agent = agent,
        };
}
