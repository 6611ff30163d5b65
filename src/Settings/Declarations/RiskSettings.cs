namespace Orchestrator.Settings;

/// <summary>Settings of the risk score (<c>risk.*</c>).</summary>
/// <param name="SensitivePatterns">Patterns with their weights, or null for the default patterns.</param>
/// <param name="AutoApproveThreshold">Highest score that needs no approval.</param>
/// <param name="ReviewThreshold">Highest score at which a review is only recommended, so that <c>--yes</c> is sufficient. Higher scores
/// require an approval.</param>
/// <param name="WordBoundaries">True if patterns match whole words only.</param>
public sealed record RiskSettings(
    IReadOnlyList<RiskPattern>? SensitivePatterns,
    int AutoApproveThreshold,
    int ReviewThreshold,
    bool WordBoundaries
)
{
    private static readonly Setting<IReadOnlyList<RiskPattern>?> SensitivePatternsKey = new(
        "risk.sensitive_patterns",
        null,
        RiskPatternSettingConverter.Patterns,
        "patterns of risky paths with their weights; if not set, the built-in patterns apply",
        ["approval.sensitive_patterns"]
    );

    private static readonly Setting<int> AutoApproveThresholdKey = new(
        "risk.auto_approve_threshold",
        25,
        CommonSettingConverters.Whole(0, 1_000_000),
        "highest risk score that needs no approval",
        ["approval.auto_approve_threshold"]
    );

    private static readonly Setting<int> ReviewThresholdKey = new(
        "risk.review_threshold",
        50,
        CommonSettingConverters.Whole(0, 1_000_000),
        "highest risk score that --yes approves, not counting the points for many tasks and files; a user must approve " + "higher scores"
    );

    private static readonly Setting<bool> WordBoundariesKey = new(
        "risk.word_boundaries",
        false,
        CommonSettingConverters.Switch,
        "whether risk patterns match only whole words"
    );

    /// <summary>
    /// Settings that take effect directly from an older tool's file, <see cref="SettingsFiles.OldRiskFileName"/>, without an import.
    /// </summary>
    internal static readonly IReadOnlyList<Setting> RulesOfOlderTools =
    [
        SensitivePatternsKey,
        AutoApproveThresholdKey,
        ReviewThresholdKey,
        OrchestratorSettings.AlwaysRequireHumanKey,
    ];

    /// <summary>Converts the settings to options for computing the risk score of a plan.</summary>
    public RiskScoreOptions ToOptions() =>
        new()
        {
            SensitivePatterns = SensitivePatterns is { } patterns
                ? [.. patterns.Select(p => new SensitivePattern(p.Pattern, p.Weight))]
                : RiskScoreOptions.DefaultPatterns,
            AutoApproveThreshold = AutoApproveThreshold,
            ReviewThreshold = ReviewThreshold,
            WordBoundaries = WordBoundaries,
        };

    internal static RiskSettings Read(SettingReader settings)
    {
        var risk = new RiskSettings(
            settings.Read(SensitivePatternsKey),
            settings.Read(AutoApproveThresholdKey),
            settings.Read(ReviewThresholdKey),
            settings.Read(WordBoundariesKey)
        );
        settings.Require(
            risk.AutoApproveThreshold <= risk.ReviewThreshold,
            AutoApproveThresholdKey,
            $"{risk.AutoApproveThreshold} is more than {ReviewThresholdKey.Name} ({risk.ReviewThreshold}).",
            $"Raise {ReviewThresholdKey.Name} as well."
        );
        return risk;
    }
}

/// <summary>A pattern that increases the risk score for each written path that it matches.</summary>
/// <param name="Pattern">Regular expression that is matched in linear time, ignoring case.</param>
/// <param name="Weight">Points per written path.</param>
public sealed record RiskPattern(string Pattern, int Weight);
