namespace Orchestrator.Settings;

/// <summary>Channels by which people can be told (<c>notifications.provider</c>).</summary>
public static class NotificationProviders
{
    /// <summary>Nobody is told.</summary>
    public const string None = "none";

    /// <summary>A bubble on this machine, by <c>notify-send</c>.</summary>
    public const string Desktop = "desktop";

    /// <summary>A topic of ntfy.</summary>
    public const string Ntfy = "ntfy";

    /// <summary>An incoming webhook of Slack.</summary>
    public const string Slack = "slack";

    /// <summary>A signed request.</summary>
    public const string Webhook = "webhook";

    /// <summary>Mail by SMTP.</summary>
    public const string Email = "email";

    /// <summary>A program of the person's.</summary>
    public const string Command = "command";

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<string> All { get; } = [None, Desktop, Ntfy, Slack, Webhook, Email, Command];
}
