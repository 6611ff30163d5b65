using System.Net.Security;

namespace Orchestrator.Notifications.Email;

/// <summary>Mail account that sends notices, and the recipients.</summary>
public sealed record EmailOptions
{
    /// <summary>Address of the mail server: <c>smtp://HOST:PORT</c> (with STARTTLS, which is required except for the local host) or
    /// <c>smtps://HOST:PORT</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>Address of the sender.</summary>
    public required string From { get; init; }

    /// <summary>Addresses of the recipients.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>User name of the mail account, or null to send without a login.</summary>
    public string? User { get; init; }

    /// <summary>Password of the mail account, or null if there is none.</summary>
    public string? Password { get; init; }

    /// <summary>Time limit of each delivery.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Callback that validates the server's certificate, or null for the system's own validation. Used by tests with their own
    /// certificates.
    /// </summary>
    internal RemoteCertificateValidationCallback? Trust { get; init; }
}
