namespace Orchestrator.Settings;

/// <summary>
/// Settings of the planner (<c>planner.*</c>) or the reviewer (<c>review.*</c>). Both give answers and do not change files.
/// </summary>
/// <param name="Agent"><c>claude</c>, <c>api</c>, <c>bedrock</c>, or the name of a configured agent.</param>
/// <param name="Model">Model or alias.</param>
/// <param name="Timeout">Time limit for each answer.</param>
/// <param name="Url">Address of the service for <c>api</c> and <c>bedrock</c>, or null for the default address.</param>
/// <param name="Region">AWS region for <c>bedrock</c>, or null to use the environment.</param>
public sealed record PlannerSettings(string Agent, string Model, TimeSpan Timeout, string? Url, string? Region)
{
    private static readonly Setting<string> AgentKey = new(
        "planner.agent",
        "claude",
        CommonSettingConverters.Text,
        "agent that makes plans: claude (the CLI), api, bedrock, or the name of an agent in the section agents"
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<string> ModelKey = new(
        "planner.model",
        "opus",
        CommonSettingConverters.Model,
        "model that the planner uses",
        ["models.manager", "models.manager.model", "planner_model"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<TimeSpan> TimeoutKey = new(
        "planner.timeout",
        TimeSpan.FromSeconds(300),
        CommonSettingConverters.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        "time limit for one answer from the planner",
        ["manager_timeout"]
    )
    {
        IsHarmless = true,
    };

    internal static readonly Setting<string?> UrlKey = new(
        "planner.url",
        null,
        CommonSettingConverters.OptionalText,
        "address of the service that api and bedrock call; if not set, the provider's default address"
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    private static readonly Setting<string?> RegionKey = new(
        "planner.region",
        null,
        CommonSettingConverters.Region,
        "AWS region for bedrock; if not set, the value of AWS_REGION"
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    internal static PlannerSettings Read(SettingReader settings) =>
        new(
            settings.Read(AgentKey),
            settings.ReadModel(ModelKey),
            settings.Read(TimeoutKey),
            settings.Read(UrlKey),
            settings.Read(RegionKey)
        );
}
