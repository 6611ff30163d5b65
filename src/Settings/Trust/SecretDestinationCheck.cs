namespace Orchestrator.Settings;

/// <summary>
/// Ensures that secrets are sent only to addresses that the user has set with an option, an environment variable or the user's own settings
/// file. A trusted repository may define an address, but no keys are sent to that address.
/// </summary>
internal static class SecretDestinationCheck
{
    /// <summary>Returns an error for each setting that would send a secret to an address from the repository's files.</summary>
    public static IEnumerable<SettingFault> Faults(IReadOnlyDictionary<string, RawSetting> settings, OrchestratorSettings bound)
    {
        if (bound.Temporal.ApiKey is not null && OfRepository(settings, TemporalSettings.AddressKey) is { } server)
        {
            yield return Fault(TemporalSettings.AddressKey, TemporalSettings.ApiKeyKey.Name, server, "--address");
        }
        if (bound.Planner.Agent is "api" or "bedrock" && OfRepository(settings, PlannerSettings.UrlKey) is { } service)
        {
            yield return Fault(PlannerSettings.UrlKey, "the account's key", service, null);
        }
        if (bound.Review.Reviewer.Agent is "api" or "bedrock" && OfRepository(settings, ReviewSettings.UrlKey) is { } reviewer)
        {
            yield return Fault(ReviewSettings.UrlKey, "the account's key", reviewer, null);
        }
        foreach (var target in bound.Notifications.Targets.Where(one => one is { Secret: not null, Url: not null }))
        {
            if (settings.GetValueOrDefault(target.UrlName) is { Source.IsOfRepository: true } url)
            {
                yield return new SettingFault(
                    target.UrlName,
                    "no secret is sent to an address from the repository's files.",
                    $"Set the address yourself: ${SettingNames.VariableOf(target.UrlName)}, or {target.UrlName} in "
                        + "~/.config/orchestrator/config.yaml.",
                    url.Source
                );
            }
        }
    }

    /// <summary>
    /// Returns the location at which the repository's files set a setting, or null if they do not set it or a later layer overrides it.
    /// </summary>
    public static SettingSource? OfRepository(IReadOnlyDictionary<string, RawSetting> settings, Setting setting) =>
        settings.TryGetValue(setting.Name, out var raw) && raw.Source.IsOfRepository ? raw.Source : null;

    private static SettingFault Fault(Setting setting, string secret, SettingSource source, string? option) =>
        new(
            setting.Name,
            $"{secret} is not sent to an address from the repository's files.",
            $"Set the address yourself: {(option is null ? "" : option + ", ")}${setting.Variable}, or {setting.Name} in "
                + "~/.config/orchestrator/config.yaml.",
            source
        );
}
