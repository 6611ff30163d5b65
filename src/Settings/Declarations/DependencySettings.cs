namespace Orchestrator.Settings;

/// <summary>Packages that agents may use (<c>dependencies.*</c>). Names may contain <c>*</c> and may be limited to an ecosystem by a
/// prefix and a colon.</summary>
/// <param name="Allow">Packages allowed without approval.</param>
/// <param name="Ask">Packages that need approval even if <paramref name="Allow"/> contains them.</param>
/// <param name="Deny">Packages that no agent may use. Takes precedence over the other lists.</param>
public sealed record DependencySettings(IReadOnlyList<string> Allow, IReadOnlyList<string> Ask, IReadOnlyList<string> Deny)
{
    private static readonly Setting<IReadOnlyList<string>> AllowKey = new(
        "dependencies.allow",
        [],
        SettingTypes.Texts,
        "packages that agents may have without a person being asked, such as npm:lodash, pypi:pandas or *"
    );

    private static readonly Setting<IReadOnlyList<string>> AskKey = new(
        "dependencies.ask",
        [],
        SettingTypes.Texts,
        "packages for which a person is asked although dependencies.allow has them; for those that neither names one is asked, too"
    );

    private static readonly Setting<IReadOnlyList<string>> DenyKey = new(
        "dependencies.deny",
        [],
        SettingTypes.Texts,
        "packages that no agent gets; wins over the others"
    );

    internal static DependencySettings Read(SettingReader settings) =>
        new(settings.Read(AllowKey), settings.Read(AskKey), settings.Read(DenyKey));
}
