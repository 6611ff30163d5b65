namespace Orchestrator.Notifications;

/// <summary>A notification channel with an address. Expected failures are returned as results, whose texts contain no secrets.</summary>
public interface INotifier : IDisposable
{
    /// <summary>Display text of the channel, such as <c>ntfy (ntfy.sh)</c>. Never contains a secret.</summary>
    string Description { get; }

    /// <summary>True if delivered notices can be withdrawn.</summary>
    bool CanWithdraw { get; }

    /// <summary>Delivers a notice. If repeated after a crash, the notice may be delivered twice, with the same
    /// <see cref="Notice.Id"/>.</summary>
    Task<Delivery> SendAsync(Notice notice, CancellationToken cancellationToken);

    /// <summary>Withdraws a delivered notice because it was answered or is obsolete.</summary>
    /// <param name="notice">The delivered notice.</param>
    /// <param name="reference">The <see cref="Delivery.Reference"/> of the delivery.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    Task<Delivery> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken);

    /// <summary>Checks whether the channel is available, without sending a notice.</summary>
    Task<Delivery> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Status of a delivery.</summary>
public enum DeliveryStatus
{
    /// <summary>The channel accepted the notice.</summary>
    Done,

    /// <summary>The channel is temporarily unavailable.</summary>
    Later,

    /// <summary>The channel will not work until the user changes its configuration.</summary>
    Failed,
}

/// <summary>Result of a delivery.</summary>
/// <param name="Status">Status of the delivery.</param>
/// <param name="Problem">A sentence that explains the failure, or empty if it succeeded. For a successful check, a sentence that describes
/// the finding.</param>
public sealed record Delivery(DeliveryStatus Status, string Problem = "")
{
    /// <summary>Result of a successful delivery.</summary>
    public static Delivery Done { get; } = new(DeliveryStatus.Done);

    /// <summary>For <see cref="DeliveryStatus.Later"/>, the earliest time for a retry according to the server, or null if it gave
    /// none.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Identifies the delivered message for a withdrawal, or empty if the notice's id does.</summary>
    public string Reference { get; init; } = "";
}
