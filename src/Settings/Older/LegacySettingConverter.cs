namespace Orchestrator.Settings;

/// <summary>Converts older tools' settings that have changed not only in name but also in meaning.</summary>
internal static class LegacySettingConverter
{
    /// <summary>Returns the settings in their current form.</summary>
    public static IReadOnlyList<RawSetting> Rewrite(IReadOnlyList<RawSetting> settings) =>
        [
            .. settings.Where(setting => KindOf(setting) is null).SelectMany(setting => RewriteOne(setting, Last(setting))),
            .. NotifyOn([.. settings.Where(setting => KindOf(setting) is not null)]),
        ];

    private static string Last(RawSetting setting) => setting.Name[(setting.Name.LastIndexOf('.') + 1)..];

    /// <summary>Returns the kind of notice that an older tool's switch turns on, or null for other settings.</summary>
    private static string? KindOf(RawSetting setting) =>
        Last(setting) switch
        {
            "notify_on_task_complete" => NoticeKinds.TaskDone,
            "notify_on_task_failed" => NoticeKinds.TaskFailed,
            "notify_on_all_complete" => NoticeKinds.RunDone,
            _ => null,
        };

    // The older tool had no notices for decisions, budgets and accounts. Users who turned on any notice need these as well.
    private static IEnumerable<RawSetting> NotifyOn(IReadOnlyList<RawSetting> switches)
    {
        if (switches is not [var first, ..])
        {
            return [];
        }
        var asked = switches.Where(one => one.Value is ScalarNode { Text: "true" or "yes" or "on" }).Select(one => KindOf(one)!);
        var kinds = new[] { NoticeKinds.NeedsPerson, NoticeKinds.Budget, NoticeKinds.AccountParked }.Concat(asked);
        var on = new SequenceNode(first.Source.Line, 1);
        foreach (var kind in kinds)
        {
            on.Add(YamlOrJsonNodeFormatter.Scalar(kind, first.Source.Line));
        }
        return [first with { Name = NotificationTarget.Only.On.Name, Value = on }];
    }

    private static IEnumerable<RawSetting> RewriteOne(RawSetting setting, string last)
    {
        var text = setting.Value is ScalarNode scalar ? scalar.Text : null;
        return last switch
        {
            // Without automatic commits, the older tool left the branch to the user.
            "auto_commit" => text is "false" or "no" or "off"
                ?
                [
                    setting with
                    {
                        Name = LandingSettings.LandKey.Name,
                        Value = YamlOrJsonNodeFormatter.Scalar("branch", setting.Source.Line),
                    },
                ]
                : [],
            "bypass_permissions" when text is "true" or "yes" =>
            [
                setting with
                {
                    Name = PermissionSettings.ModeKey.Name,
                    Value = YamlOrJsonNodeFormatter.Scalar("bypass", setting.Source.Line),
                },
            ],
            "slack_webhook_url" =>
            [
                setting with
                {
                    Name = NotificationTarget.Only.Provider.Name,
                    Value = YamlOrJsonNodeFormatter.Scalar(NotificationProviders.Slack, setting.Source.Line),
                },
                setting with
                {
                    Name = NotificationTarget.Only.Secret.Name,
                },
            ],
            _ => [setting],
        };
    }
}
