namespace Orchestrator.Settings;

/// <summary>Settings for retries of transient failures (<c>retry.*</c>), which define a <see cref="RetryRule"/>.</summary>
internal static class RetrySettings
{
    internal static readonly Setting<int> MaxAttemptsKey = new(
        "retry.max_attempts",
        3,
        CommonSettingConverters.Whole(1, 100),
        "maximum number of attempts after transient failures"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<TimeSpan> BaseDelayKey = new(
        "retry.base_delay",
        TimeSpan.FromSeconds(1),
        CommonSettingConverters.Time(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)),
        "pause before the second attempt, with full jitter"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<TimeSpan> MaxDelayKey = new(
        "retry.max_delay",
        TimeSpan.FromSeconds(60),
        CommonSettingConverters.Time(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)),
        "maximum pause between two attempts"
    )
    {
        IsHarmless = true,
    };

    internal static RetryRule Read(SettingReader settings)
    {
        var rule = new RetryRule
        {
            MaxAttempts = settings.Read(MaxAttemptsKey),
            BaseDelay = settings.Read(BaseDelayKey),
            MaxDelay = settings.Read(MaxDelayKey),
        };
        settings.Require(
            rule.BaseDelay <= rule.MaxDelay,
            BaseDelayKey,
            $"{Durations.Write(rule.BaseDelay)} is more than {MaxDelayKey.Name} ({Durations.Write(rule.MaxDelay)}).",
            "The first pause must not be longer than the longest one."
        );
        return rule;
    }
}
