namespace Orchestrator.Settings;

/// <summary>Channels for notices, as values of <c>notifications.provider</c>.</summary>
public static class NotificationProviders
{
    /// <summary>Sends no notices.</summary>
    public const string None = "none";

    /// <summary>Shows a desktop notification on this host with <c>notify-send</c>.</summary>
    public const string Desktop = "desktop";

    /// <summary>Publishes to an ntfy topic.</summary>
    public const string Ntfy = "ntfy";

    /// <summary>Posts to a Slack incoming webhook.</summary>
    public const string Slack = "slack";

    /// <summary>Sends a signed HTTP request.</summary>
    public const string Webhook = "webhook";

    /// <summary>Sends emails by SMTP.</summary>
    public const string Email = "email";

    /// <summary>Runs a program supplied by the user.</summary>
    public const string Command = "command";

    /// <summary>All channels for notices.</summary>
    internal static IReadOnlyList<string> All { get; } = [None, Desktop, Ntfy, Slack, Webhook, Email, Command];
}
