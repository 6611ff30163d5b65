namespace Orchestrator.Settings;

/// <summary>Setting keys <c>dependencies.*</c>.</summary>
internal static class DependencyKeys
{
    internal static readonly Setting<IReadOnlyList<string>> Allow = new(
        "dependencies.allow",
        [],
        SettingTypes.Texts,
        "packages that agents may have without a person being asked, such as npm:lodash, pypi:pandas or *"
    );

    internal static readonly Setting<IReadOnlyList<string>> Ask = new(
        "dependencies.ask",
        [],
        SettingTypes.Texts,
        "packages for which a person is asked although dependencies.allow has them; for those that neither names one is asked, too"
    );

    internal static readonly Setting<IReadOnlyList<string>> Deny = new(
        "dependencies.deny",
        [],
        SettingTypes.Texts,
        "packages that no agent gets; wins over the others"
    );
}
