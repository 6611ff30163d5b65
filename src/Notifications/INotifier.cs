namespace Orchestrator.Notifications;

/// <summary>A channel with an address. Expected failures are results; their texts hold no secret.</summary>
public interface INotifier : IDisposable
{
    /// <summary>The channel in words for people, such as <c>ntfy (ntfy.sh)</c>. Never a secret.</summary>
    string Description { get; }

    /// <summary>A notice that was delivered can be taken back.</summary>
    bool CanWithdraw { get; }

    /// <summary>Delivers a notice. Repeated after a crash it may be delivered twice, with the same <see cref="Notice.Id"/>.</summary>
    Task<Delivery> SendAsync(Notice notice, CancellationToken cancellationToken);

    /// <summary>Takes a delivered notice back: it is answered, or void.</summary>
    /// <param name="reference">The <see cref="Delivery.Reference"/> of its delivery.</param>
    Task<Delivery> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken);

    /// <summary>Checks whether the channel is there, without sending anything to people.</summary>
    Task<Delivery> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Result of a delivery.</summary>
public enum DeliveryStatus
{
    /// <summary>The channel has taken it.</summary>
    Done,

    /// <summary>The channel does not work now.</summary>
    Later,

    /// <summary>The channel will not work until a person changes something.</summary>
    Failed,
}

/// <summary>The result of a delivery.</summary>
/// <param name="Status">Whether it was taken.</param>
/// <param name="Problem">Why not, in a sentence; empty where it was. For a check that is done: what was seen.</param>
public sealed record Delivery(DeliveryStatus Status, string Problem = "")
{
    /// <summary>The message was taken by the channel.</summary>
    public static Delivery Done { get; } = new(DeliveryStatus.Done);

    /// <summary>For <see cref="DeliveryStatus.Later"/>: not before this time, as the other end said; null: it did not say.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Identifies what was delivered, for taking it back; empty where the notice's id does.</summary>
    public string Reference { get; init; } = "";
}
