namespace Orchestrator.Notifications.Http;

/// <summary>The options of requests that send notices. All times are those of the given clock.</summary>
public sealed record HttpChannelOptions
{
    /// <summary>Limit of one try.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Further tries after a failure that may pass: no connection, no answer in time, 408, 429, 5xx.</summary>
    /// <value>3.</value>
    public int Retries { get; init; } = 3;

    /// <summary>Pause before the second try; doubles with jitter. A server's Retry-After wins, up to <see cref="LongestPause"/>.</summary>
    /// <value>1 second.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>If a server wants a longer pause, the delivery ends as <see cref="DeliveryStatus.Later"/>.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause of requests to a server after five tries that all failed within a minute.</summary>
    /// <value>1 minute.</value>
    public TimeSpan Break { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock.</summary>
    /// <value>The system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
