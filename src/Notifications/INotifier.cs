namespace Orchestrator.Notifications;

/// <summary>
/// A channel that delivers notices to a configured address. Expected failures are returned as results, whose messages contain no secrets.
/// </summary>
public interface INotifier : IDisposable
{
    /// <summary>Name of the channel for display, such as <c>ntfy (ntfy.sh)</c>. Never contains a secret.</summary>
    string Description { get; }

    /// <summary>True if delivered notices can be withdrawn.</summary>
    bool CanWithdraw { get; }

    /// <summary>
    /// Delivers a notice. If delivery is repeated after a crash, the notice may arrive twice, with the same <see cref="Notice.Id"/>.
    /// </summary>
    Task<NoticeDeliveryResult> SendAsync(Notice notice, CancellationToken cancellationToken);

    /// <summary>Withdraws a delivered notice because it was answered or is obsolete.</summary>
    /// <param name="notice">Notice that was delivered.</param>
    /// <param name="reference"><see cref="NoticeDeliveryResult.Reference"/> from the delivery.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    Task<NoticeDeliveryResult> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken);

    /// <summary>Checks whether the channel is available, without sending a notice.</summary>
    Task<NoticeDeliveryResult> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Outcome of a delivery.</summary>
public enum NoticeDeliveryResultKind
{
    /// <summary>The channel accepted the notice.</summary>
    Done,

    /// <summary>The channel is temporarily unavailable, and the delivery should be retried.</summary>
    Later,

    /// <summary>The channel can't deliver until the user changes its configuration.</summary>
    Failed,
}

/// <summary>Result of a delivery.</summary>
/// <param name="Status">Outcome of the delivery.</param>
/// <param name="Problem">Sentence that explains the failure; empty on success. For a successful check, a sentence that describes what was
/// found.</param>
public sealed record NoticeDeliveryResult(NoticeDeliveryResultKind Status, string Problem = "")
{
    /// <summary>Result of a successful delivery.</summary>
    public static NoticeDeliveryResult Done { get; } = new(NoticeDeliveryResultKind.Done);

    /// <summary>
    /// For <see cref="NoticeDeliveryResultKind.Later"/>, the earliest time for a retry according to the server, or null if the server gave
    /// none.
    /// </summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Reference with which the delivered message can be withdrawn. Empty if the notice's id is sufficient.</summary>
    public string Reference { get; init; } = "";
}
