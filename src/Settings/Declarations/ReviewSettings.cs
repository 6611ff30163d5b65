namespace Orchestrator.Settings;

/// <summary>Settings for the review of the whole change (<c>review.*</c>).</summary>
/// <param name="Enabled">True to review the whole change before it lands.</param>
/// <param name="MaxRounds">Maximum number of rounds before a user decides.</param>
/// <param name="Reviewer">Settings of the reviewer.</param>
public sealed record ReviewSettings(bool Enabled, int MaxRounds, PlannerSettings Reviewer)
{
    private static readonly Setting<bool> EnabledKey = new(
        "review.enabled",
        false,
        CommonSettingConverters.Switch,
        "whether a strong model reviews the whole change before it lands; findings become tasks of the run",
        ["enable_opus_review"]
    );

    private static readonly Setting<int> MaxRoundsKey = new(
        "review.max_rounds",
        3,
        CommonSettingConverters.Whole(1, 20),
        "maximum number of review rounds before a user must decide"
    );

    private static readonly Setting<string> AgentKey = new(
        "review.agent",
        "claude",
        CommonSettingConverters.Text,
        "agent that reviews: claude (the CLI), api, bedrock, or the name of an agent in the section agents",
        ["review.provider", "reviewer.agent"]
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<string> ModelKey = new(
        "review.model",
        "opus",
        CommonSettingConverters.Model,
        "model that the reviewer uses",
        ["reviewer.model"]
    );

    private static readonly Setting<TimeSpan> TimeoutKey = new(
        "review.timeout",
        TimeSpan.FromSeconds(900),
        CommonSettingConverters.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        "time limit for one answer from the reviewer",
        ["reviewer.timeout"]
    );

    internal static readonly Setting<string?> UrlKey = new(
        "review.url",
        null,
        CommonSettingConverters.OptionalText,
        "address of the service that api and bedrock call; if not set, the provider's default address"
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    private static readonly Setting<string?> RegionKey = new(
        "review.region",
        null,
        CommonSettingConverters.Region,
        "AWS region for bedrock; if not set, the value of AWS_REGION"
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    internal static ReviewSettings Read(SettingReader settings) =>
        new(
            settings.Read(EnabledKey),
            settings.Read(MaxRoundsKey),
            new PlannerSettings(
                settings.Read(AgentKey),
                settings.ReadModel(ModelKey),
                settings.Read(TimeoutKey),
                settings.Read(UrlKey),
                settings.Read(RegionKey)
            )
        );
}
