namespace Temporalio.Worker.Activities;

/// <summary>
/// Sends the first of an activity's heartbeats at once and then at most one per interval, always the latest.
/// What is still held back at the end is handed to the end's own message.
/// </summary>
internal sealed class HeartbeatThrottle(TimeSpan interval, TimeProvider time, Func<object?[], Task> send)
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private object?[]? _pending;
    private Task _sending = Task.CompletedTask;
    private bool _active;
    private bool _closed;

    /// <summary>
    /// Time between two heartbeats: 80 % of the heartbeat timeout, or the default when there is none, never more than the longest.
    /// </summary>
    public static TimeSpan IntervalFor(TimeSpan? heartbeatTimeout, TimeSpan whenNone, TimeSpan longest)
    {
        var wanted = heartbeatTimeout is { Ticks: > 0 } timeout ? timeout * 0.8 : whenNone;
        return wanted < longest ? wanted : longest;
    }

    /// <summary>Takes a heartbeat.</summary>
    public void Record(object?[] details)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _pending = details;
            if (!_active)
            {
                _active = true;
                _sending = Task.Run(SendAsync);
            }
        }
    }

    /// <summary>Ends sending; waits for a heartbeat that is under way.</summary>
    /// <returns>Details that were not sent; null when there are none.</returns>
    public async Task<object?[]?> CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
        }

        await _closing.CancelAsync();
        await _sending;
        _closing.Dispose();
        return _pending;
    }

    private async Task SendAsync()
    {
        while (true)
        {
            object?[] details;
            lock (_lock)
            {
                if (_closed || _pending is null)
                {
                    _active = false;
                    return;
                }

                details = _pending;
                _pending = null;
            }

            await send(details);

            // Ends early when closing: what came meanwhile stays pending.
            await Task.Delay(interval, time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
