using Temporalio.Activities;

namespace Temporalio.Worker.Activities;

/// <summary>One running attempt of an activity: its token, and why it was cancelled.</summary>
internal sealed class ActivityAttempt : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _source = new();

    /// <summary>The context the activity sees; set before it runs.</summary>
    public ActivityExecutionContext? Context { get; set; }

    /// <summary>Cancelled when the activity is to stop.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>First reason of the cancellation.</summary>
    public ActivityCancelReason Reason { get; private set; }

    /// <summary>Why a heartbeat cannot be sent, if one cannot.</summary>
    public Exception? HeartbeatFailure { get; set; }

    /// <summary>Cancels the activity; only the first call counts.</summary>
    public void Cancel(ActivityCancelReason reason, ActivityCancellationDetails details)
    {
        lock (_lock)
        {
            if (Reason != ActivityCancelReason.None)
            {
                return;
            }

            Reason = reason;
            if (Context is { } context)
            {
                context.CancellationDetails = details;
                context.CancelReason = reason;
            }
        }

        // Callbacks of the user's run on a thread of their own; what they throw is theirs and must not stop a poller.
        _ = Task.Run(() =>
        {
            try
            {
                _source.Cancel();
            }
            catch (AggregateException)
            {
                // The activity's own callbacks; the activity sees the token all the same.
            }
            catch (ObjectDisposedException)
            {
                // The activity has ended meanwhile.
            }
        });
    }

    /// <summary>Cancels by what the server's answer to a heartbeat says.</summary>
    public void CancelBy(bool requested, bool paused, bool reset)
    {
        if (!requested && !paused && !reset)
        {
            return;
        }

        var reason =
            requested ? ActivityCancelReason.CancelRequested
            : paused ? ActivityCancelReason.Paused
            : ActivityCancelReason.Reset;
        Cancel(
            reason,
            new()
            {
                IsCancelRequested = requested,
                IsPaused = paused,
                IsReset = reset,
            }
        );
    }

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();
}
