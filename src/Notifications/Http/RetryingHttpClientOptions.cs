namespace Orchestrator.Notifications.Http;

/// <summary>Options for the HTTP requests that send notices. <see cref="Time"/> measures all durations.</summary>
public sealed record RetryingHttpClientOptions
{
    /// <summary>Timeout of each attempt.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Maximum number of retries after a transient failure. A failure is transient if there is no connection or no response, or if the
    /// status is 408, 429 or 5xx.
    /// </summary>
    /// <value>Default: 3.</value>
    public int Retries { get; init; } = 3;

    /// <summary>
    /// Delay before the first retry. Doubles with each retry, with jitter. A Retry-After header from the server takes precedence, up to
    /// <see cref="LongestPause"/>.
    /// </summary>
    /// <value>Default: 1 second.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Maximum delay between attempts. If the server requests a longer delay, the delivery ends with the result
    /// <see cref="NoticeDeliveryResultKind.Later"/>.
    /// </summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time during which no requests are sent after all of at least five attempts within a minute have failed.</summary>
    /// <value>Default: 1 minute.</value>
    public TimeSpan Break { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Clock that measures all durations.</summary>
    /// <value>Default: the system's clock.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
