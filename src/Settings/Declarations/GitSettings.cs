namespace Orchestrator.Settings;

/// <summary>Settings of the landing (<c>git.*</c>).</summary>
/// <param name="Land">One of <see cref="LandingMode"/>.</param>
/// <param name="MessagePrefix">Prefix of commit messages, or null to use only the task's title.</param>
/// <param name="Target">Branch to land on, or null for the checked-out branch.</param>
/// <param name="Sign">One of <see cref="LandingSignature"/>.</param>
/// <param name="Hooks">One of <see cref="LandingHooks"/>.</param>
public sealed record GitSettings(
    string Land,
    string? MessagePrefix,
    string? Target,
    string Sign = LandingSignature.Off,
    string Hooks = LandingHooks.Off
)
{
    internal static readonly Setting<string> LandKey = new(
        "git.land",
        LandingMode.Merge,
        SettingTypes.OneOf([.. LandingMode.All]),
        "use of the finished staging branch"
    );

    private static readonly Setting<string?> MessagePrefixKey = new(
        "git.message_prefix",
        null,
        SettingTypes.OptionalText,
        "first words of commit messages",
        ["commit_message_prefix", "git.commit_message_prefix"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<string?> TargetKey = new(
        "git.target",
        null,
        SettingTypes.OptionalText,
        "branch to land on; if not set, the branch that is checked out in the folder of the command"
    );

    private static readonly Setting<string> SignKey = new(
        "git.sign",
        LandingSignature.Off,
        SettingTypes.OneOf(LandingSignature.Off, LandingSignature.AsConfigured),
        "signatures of landed commits; 'as-configured' follows your commit.gpgSign, gpg.format and user.signingKey"
    );

    private static readonly Setting<string> HooksKey = new(
        "git.hooks",
        LandingHooks.Off,
        SettingTypes.OneOf(LandingHooks.Off, LandingHooks.Landing),
        "your git hooks; 'landing' runs pre-merge-commit, or else pre-commit, as a gate of the landing, in the sandbox"
    );

    internal static GitSettings Read(SettingReader settings) =>
        new(
            settings.Read(LandKey),
            settings.Read(MessagePrefixKey),
            settings.Read(TargetKey),
            settings.Read(SignKey),
            settings.Read(HooksKey)
        );
}
