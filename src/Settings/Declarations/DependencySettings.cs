namespace Orchestrator.Settings;

/// <summary>Packages that agents may use (<c>dependencies.*</c>): names with <c>*</c>, preceded by an ecosystem and a colon where only that
/// is meant.</summary>
/// <param name="Allow">Allowed without asking.</param>
/// <param name="Ask">A person is asked although the first list has them.</param>
/// <param name="Deny">No agent gets them.</param>
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
