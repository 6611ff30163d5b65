namespace Orchestrator.Notifications.Http;

/// <summary>Options of the HTTP requests that send notices. All times are measured by <see cref="Time"/>.</summary>
public sealed record HttpChannelOptions
{
    /// <summary>Timeout of each attempt.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Maximum number of retries after a transient failure: no connection, no response in time, 408, 429 or 5xx.</summary>
    /// <value>Default: 3.</value>
    public int Retries { get; init; } = 3;

    /// <summary>Delay before the first retry, which doubles with jitter. A server's Retry-After takes precedence, up to
    /// <see cref="LongestPause"/>.</summary>
    /// <value>Default: 1 second.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Maximum delay between attempts. If a server requests a longer one, the delivery ends as
    /// <see cref="DeliveryStatus.Later"/>.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for which no requests are sent after all of at least five attempts within a minute have failed.</summary>
    /// <value>Default: 1 minute.</value>
    public TimeSpan Break { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Clock for all times.</summary>
    /// <value>Default: the system's clock.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
