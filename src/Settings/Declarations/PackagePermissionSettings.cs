namespace Orchestrator.Settings;

/// <summary>
/// Settings that determine which packages agents may add (<c>dependencies.*</c>). A name may contain the wildcard <c>*</c>. A prefix such
/// as <c>npm:</c> limits the name to one package ecosystem.
/// </summary>
/// <param name="Allow">Packages that agents may use without an approval.</param>
/// <param name="Ask">Packages that need an approval even if <paramref name="Allow"/> contains them.</param>
/// <param name="Deny">Packages that no agent may use. Takes precedence over the other lists.</param>
public sealed record PackagePermissionSettings(IReadOnlyList<string> Allow, IReadOnlyList<string> Ask, IReadOnlyList<string> Deny)
{
    private static readonly Setting<IReadOnlyList<string>> AllowKey = new(
        "dependencies.allow",
        [],
        CommonSettingConverters.Texts,
        "packages that agents get without a user's approval, such as npm:lodash, pypi:pandas or *"
    );

    private static readonly Setting<IReadOnlyList<string>> AskKey = new(
        "dependencies.ask",
        [],
        CommonSettingConverters.Texts,
        "packages that need a user's approval even if dependencies.allow contains them; packages in neither list also " + "need an approval"
    );

    private static readonly Setting<IReadOnlyList<string>> DenyKey = new(
        "dependencies.deny",
        [],
        CommonSettingConverters.Texts,
        "packages that no agent gets; this list overrides the other two lists"
    );

    internal static PackagePermissionSettings Read(SettingReader settings) =>
        new(settings.Read(AllowKey), settings.Read(AskKey), settings.Read(DenyKey));
}
