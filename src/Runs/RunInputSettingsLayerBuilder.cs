namespace Orchestrator.Runs;

/// <summary>Creates, from a run's input, the settings layer that has the highest precedence.</summary>
internal static class RunInputSettingsLayerBuilder
{
    /// <summary>Returns the settings that the run's input contains.</summary>
    public static IReadOnlyList<SettingOverride> Of(OrchestrationInput input) =>
        [
            .. Set(nameof(input.Agent), "agent", input.Agent),
            .. Set(nameof(input.Model), "model", input.Model),
            .. Set(nameof(input.PlannerModel), "planner.model", input.PlannerModel),
            .. Set(nameof(input.Workers), "workers", input.Workers?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            .. Set(nameof(input.Land), "git.land", input.Land),
            .. Set(nameof(input.Target), "git.target", input.Target),
            .. Set(nameof(input.MaxCost), "budget.run", input.MaxCost?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];

    private static IEnumerable<SettingOverride> Set(string member, string setting, string? value) =>
        value is null ? [] : [new SettingOverride($"'{char.ToLowerInvariant(member[0])}{member[1..]}' in the run's input", setting, value)];
}
