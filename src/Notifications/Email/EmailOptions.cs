using System.Net.Security;

namespace Orchestrator.Notifications.Email;

/// <summary>A mail account that sends, and whom.</summary>
public sealed record EmailOptions
{
    /// <summary>The server: <c>smtp://HOST:PORT</c> (STARTTLS, which is demanded of every other machine) or
    /// <c>smtps://HOST:PORT</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>The sender's address.</summary>
    public required string From { get; init; }

    /// <summary>The receivers' addresses.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>The account's name; null: no login.</summary>
    public string? User { get; init; }

    /// <summary>The password of the mail account.</summary>
    public string? Password { get; init; }

    /// <summary>Limit of one delivery.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Judges the server's certificate in place of the system's trust; null: the system does. For tests with certificates of
    /// their own.</summary>
    internal RemoteCertificateValidationCallback? Trust { get; init; }
}
