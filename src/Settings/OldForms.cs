namespace Orchestrator.Settings;

/// <summary>Settings of the older tools whose meaning, not only whose name, has changed.</summary>
internal static class OldForms
{
    private static readonly Dictionary<string, string> Events = new()
    {
        ["notify_on_task_complete"] = "task_merged",
        ["notify_on_task_failed"] = "task_failed",
        ["notify_on_all_complete"] = "run_done",
    };

    /// <summary>The same settings with older forms said in today's words.</summary>
    public static IReadOnlyList<RawSetting> Rewrite(IReadOnlyList<RawSetting> settings)
    {
        var rewritten = new List<RawSetting>();
        RawSetting? events = null;
        foreach (var setting in settings)
        {
            var last = setting.Name[(setting.Name.LastIndexOf('.') + 1)..];
            if (Events.TryGetValue(last, out var name))
                events = Append(events, setting, name);
            else
                rewritten.AddRange(RewriteOne(setting, last));
        }

        if (events is not null)
            rewritten.Add(events);
        return rewritten;
    }

    private static IEnumerable<RawSetting> RewriteOne(RawSetting setting, string last)
    {
        var text = setting.Value is RawScalar scalar ? scalar.Text : null;
        switch (last)
        {
            // Not committing by itself meant that the branch is left for a person.
            case "auto_commit":
                return text is "false" or "no" or "off" ? [setting with { Name = "git.land", Value = new RawScalar("branch", setting.Source.Line) }] : [];
            case "enabled" when setting.Name == "notifications.enabled":
                return text is "false" or "no" or "off" ? [setting with { Name = "notifications.provider", Value = new RawScalar("none", setting.Source.Line) }] : [];
            case "bypass_permissions" when text is "true" or "yes":
                return [setting with { Name = "permissions.mode", Value = new RawScalar("bypass", setting.Source.Line) }];
            case "slack_webhook_url":
                return [setting, setting with { Name = "notifications.provider", Value = new RawScalar("slack", setting.Source.Line) }];
            default:
                return [setting];
        }
    }

    private static RawSetting Append(RawSetting? events, RawSetting setting, string name)
    {
        var names = events?.Value is RawList list ? list.Items : [];
        if (setting.Value is RawScalar { Text: "true" or "yes" or "on" })
            names = [.. names, new RawScalar(name, setting.Source.Line)];
        return new RawSetting("notifications.on", new RawList(names, setting.Source.Line), setting.Source);
    }
}
