namespace Temporalio.Worker;

/// <summary>Spreads starts evenly: one every so often, without saving up what was not used.</summary>
internal sealed class RateLimit(double perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly TimeSpan _distance = TimeSpan.FromSeconds(1 / perSecond);
    private DateTimeOffset _next;

    /// <summary>Waits for the next turn.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var turn = _next > now ? _next : now;
            _next = turn + _distance;
            wait = turn - now;
        }

        return wait <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, time, cancellationToken);
    }
}
