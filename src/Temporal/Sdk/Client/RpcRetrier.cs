using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>Which failed calls are tried again, and when. Pure but for the chance in the waits.</summary>
internal static class RpcRetrier
{
    // Time for a server that says it is overloaded.
    private const double ExhaustedFactor = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Whether a failure of this kind may pass when the same call is made again.</summary>
    public static bool IsRetryable(RpcException error) =>
        error.Code switch
        {
            RpcException.StatusCode.ResourceExhausted => !IsMessageTooLarge(error),
            RpcException.StatusCode.Unavailable
            or RpcException.StatusCode.Aborted
            or RpcException.StatusCode.Internal
            or RpcException.StatusCode.Unknown
            or RpcException.StatusCode.OutOfRange
            or RpcException.StatusCode.DataLoss => true,
            _ => false,
        };

    /// <summary>
    /// Whether the server (or this client) refused a message because of its size: the same message will always be refused.
    /// </summary>
    public static bool IsMessageTooLarge(RpcException error) =>
        error.Code == RpcException.StatusCode.ResourceExhausted
        && error.Message.Contains("larger than max", StringComparison.OrdinalIgnoreCase);

    /// <summary>Who waits for something to happen for hours is more patient with a server that restarts meanwhile.</summary>
    public static RpcRetryOptions ForWaiting(RpcRetryOptions options)
    {
        var patient = (RpcRetryOptions)options.Clone();
        patient.MaxRetries = int.MaxValue;
        patient.MaxElapsedTime = options.MaxElapsedTime is { } limit && limit < Patience ? Patience : options.MaxElapsedTime;
        return patient;
    }

    /// <summary>Wait before the next attempt; null when there is none.</summary>
    /// <param name="options">How to retry.</param>
    /// <param name="error">The failure.</param>
    /// <param name="failures">Failed attempts so far, at least 1.</param>
    /// <param name="elapsed">Time since the first failure.</param>
    /// <param name="chance">Random number, 0 to 1.</param>
    public static TimeSpan? NextDelay(RpcRetryOptions options, RpcException error, int failures, TimeSpan elapsed, double chance)
    {
        if (!IsRetryable(error) || failures > options.MaxRetries)
        {
            return null;
        }

        var factor = error.Code == RpcException.StatusCode.ResourceExhausted ? ExhaustedFactor : 1;
        var wait = Math.Min(
            options.InitialInterval.TotalMilliseconds * factor * Math.Pow(options.Multiplier, failures - 1),
            options.MaxInterval.TotalMilliseconds
        );
        wait *= 1 + (options.RandomizationFactor * ((2 * chance) - 1));
        var delay = TimeSpan.FromMilliseconds(wait);
        return options.MaxElapsedTime is { } limit && elapsed + delay > limit ? null : delay;
    }
}
