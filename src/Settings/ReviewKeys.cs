namespace Orchestrator.Settings;

/// <summary>Setting keys <c>review.*</c>.</summary>
internal static class ReviewKeys
{
    internal static readonly Setting<bool> Enabled = new(
        "review.enabled",
        false,
        SettingTypes.Switch,
        "a strong model reviews the whole change before it lands; its findings become tasks of the run",
        ["enable_opus_review"]
    );

    internal static readonly Setting<int> MaxRounds = new(
        "review.max_rounds",
        3,
        SettingTypes.Whole(1, 20),
        "rounds of review before a person decides"
    );

    internal static readonly Setting<string> Agent = new(
        "review.agent",
        "claude",
        SettingTypes.Text,
        "who reviews: claude (the CLI), api, bedrock, or a name under agents",
        ["review.provider", "reviewer.agent"]
    );

    internal static readonly Setting<string> Model = new(
        "review.model",
        "opus",
        SettingTypes.Model,
        "model of the reviewer",
        ["reviewer.model"]
    );

    internal static readonly Setting<TimeSpan> Timeout = new(
        "review.timeout",
        TimeSpan.FromSeconds(900),
        SettingTypes.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        "time for one answer of the reviewer",
        ["reviewer.timeout"]
    );

    internal static readonly Setting<string?> Url = new(
        "review.url",
        null,
        SettingTypes.OptionalText,
        "address of the service that api and bedrock call; not set: its usual one"
    );

    internal static readonly Setting<string?> Region = new(
        "review.region",
        null,
        SettingTypes.Region,
        "AWS region of bedrock; not set: AWS_REGION"
    );
}
