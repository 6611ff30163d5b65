namespace Orchestrator.Settings;

/// <summary>Settings of the older tools whose meaning, not only whose name, has changed.</summary>
internal static class OldForms
{
    /// <summary>Settings in their present form.</summary>
    public static IReadOnlyList<RawSetting> Rewrite(IReadOnlyList<RawSetting> settings) =>
        [.. settings.SelectMany(setting => RewriteOne(setting, setting.Name[(setting.Name.LastIndexOf('.') + 1)..]))];

    private static IEnumerable<RawSetting> RewriteOne(RawSetting setting, string last)
    {
        var text = setting.Value is ScalarNode scalar ? scalar.Text : null;
        return last switch
        {
            // Not committing by itself meant that the branch is left for a person.
            "auto_commit" => text is "false" or "no" or "off"
                ? [setting with { Name = GitSettings.LandKey.Name, Value = NodeText.Scalar("branch", setting.Source.Line) }]
                : [],
            "bypass_permissions" when text is "true" or "yes" =>
            [
                setting with
                {
                    Name = PermissionSettings.ModeKey.Name,
                    Value = NodeText.Scalar("bypass", setting.Source.Line),
                },
            ],
            _ => [setting],
        };
    }
}
