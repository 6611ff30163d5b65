namespace Orchestrator.Settings;

/// <summary>Settings for landing (<c>git.*</c>).</summary>
/// <param name="Land">One of <see cref="LandingMode"/>.</param>
/// <param name="MessagePrefix">Prefix of commit messages, or null for the task's title alone.</param>
/// <param name="Target">Branch to land on, or null for the branch that is checked out.</param>
/// <param name="Sign">One of <see cref="LandingCommitSigningMode"/>.</param>
/// <param name="Hooks">One of <see cref="LandingGitHookMode"/>.</param>
public sealed record LandingSettings(
    string Land,
    string? MessagePrefix,
    string? Target,
    string Sign = LandingCommitSigningMode.Off,
    string Hooks = LandingGitHookMode.Off
)
{
    internal static readonly Setting<string> LandKey = new(
        "git.land",
        LandingMode.Merge,
        CommonSettingConverters.OneOf([.. LandingMode.All]),
        "way in which finished work lands"
    );

    private static readonly Setting<string?> MessagePrefixKey = new(
        "git.message_prefix",
        null,
        CommonSettingConverters.OptionalText,
        "text at the start of each commit message",
        ["commit_message_prefix", "git.commit_message_prefix"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<string?> TargetKey = new(
        "git.target",
        null,
        CommonSettingConverters.OptionalText,
        "branch on which runs land; if not set, the branch that is checked out where the run starts"
    );

    private static readonly Setting<string> SignKey = new(
        "git.sign",
        LandingCommitSigningMode.Off,
        CommonSettingConverters.OneOf(LandingCommitSigningMode.Off, LandingCommitSigningMode.AsConfigured),
        "how landed commits are signed; as-configured follows your commit.gpgSign, gpg.format and user.signingKey"
    );

    private static readonly Setting<string> HooksKey = new(
        "git.hooks",
        LandingGitHookMode.Off,
        CommonSettingConverters.OneOf(LandingGitHookMode.Off, LandingGitHookMode.Landing),
        "when your git hooks run; landing runs the hook pre-merge-commit, or else pre-commit, in the sandbox as a gate of " + "the landing"
    );

    private static readonly Setting<TimeSpan?> LandEveryKey = new(
        "git.land_every",
        null,
        CommonSettingConverters.RunTaskOrTime,
        "when merged work lands; run means when all tasks are merged, task means after each merge, and a duration means "
            + "at most once in that period, while other tasks continue"
    );

    /// <summary>
    /// Interval at which merged work lands while other tasks continue. Zero to land after each task; null to land everything at the end of
    /// the run. Default: null.
    /// </summary>
    public TimeSpan? LandEvery { get; init; }

    internal static LandingSettings Read(SettingReader settings) =>
        new(
            settings.Read(LandKey),
            settings.Read(MessagePrefixKey),
            settings.Read(TargetKey),
            settings.Read(SignKey),
            settings.Read(HooksKey)
        )
        {
            LandEvery = settings.Read(LandEveryKey),
        };

    /// <summary>
    /// Reports an error if the settings require landing in several steps although that is impossible. Such landing is impossible if it does
    /// not move the target, or if a reviewer must first see the whole change.
    /// </summary>
    /// <param name="hasReview">True if a reviewer must accept the whole change before it lands.</param>
    internal void Check(SettingReader settings, bool hasReview)
    {
        settings.Require(
            LandEvery is null || Land is LandingMode.Merge or LandingMode.Squash or LandingMode.Rebase,
            LandEveryKey,
            $"the landing '{Land}' ({LandKey.Name}) moves no target, so nothing can land in parts.",
            $"Unset it, or set {LandKey.Name} to {LandingMode.Merge}, {LandingMode.Squash} or {LandingMode.Rebase}."
        );
        settings.Require(
            LandEvery is null || !hasReview,
            LandEveryKey,
            "the review checks the whole change before it lands (review.enabled), so nothing can land in parts.",
            "Unset it, or set review.enabled to false."
        );
    }
}
