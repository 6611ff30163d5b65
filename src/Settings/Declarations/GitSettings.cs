namespace Orchestrator.Settings;

/// <summary>Landing (<c>git.*</c>).</summary>
/// <param name="Land">One of <see cref="LandingWay"/>.</param>
/// <param name="MessagePrefix">Prefix of commit messages; null: only the task's title.</param>
/// <param name="Target">Branch to land on; null: the branch that is checked out.</param>
public sealed record GitSettings(string Land, string? MessagePrefix, string? Target)
{
    internal static readonly Setting<string> LandKey = new(
        "git.land",
        LandingWay.Merge,
        SettingTypes.OneOf([.. LandingWay.All]),
        "what happens with the finished staging branch"
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
        "branch to land on; not set: the one that is checked out where the command is given"
    );

    internal static GitSettings Read(SettingReader settings) =>
        new(settings.Read(LandKey), settings.Read(MessagePrefixKey), settings.Read(TargetKey));
}
