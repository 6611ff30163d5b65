namespace Orchestrator.Settings;

/// <summary>Notification channels (<c>notifications.provider</c>).</summary>
public static class NotificationProviders
{
    /// <summary>Sends no notices.</summary>
    public const string None = "none";

    /// <summary>A desktop notification on this host, by <c>notify-send</c>.</summary>
    public const string Desktop = "desktop";

    /// <summary>Publishes to an ntfy topic.</summary>
    public const string Ntfy = "ntfy";

    /// <summary>A Slack incoming webhook.</summary>
    public const string Slack = "slack";

    /// <summary>A signed HTTP request.</summary>
    public const string Webhook = "webhook";

    /// <summary>Sends emails by SMTP.</summary>
    public const string Email = "email";

    /// <summary>A program supplied by the user.</summary>
    public const string Command = "command";

    /// <summary>All channels.</summary>
    internal static IReadOnlyList<string> All { get; } = [None, Desktop, Ntfy, Slack, Webhook, Email, Command];
}
