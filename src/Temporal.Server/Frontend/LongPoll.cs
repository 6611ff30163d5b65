namespace Temporal.Server.Frontend;

/// <summary>
/// Limits how long a call waits. The wait ends at its own time limit, shortly before the client's deadline, or when the server stops,
/// whichever comes first.
/// </summary>
internal sealed class LongPoll : IDisposable
{
    // A response that is in flight when the deadline expires is lost, so the poll returns an empty response a little earlier.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _source;
    private bool _disposed;

    public LongPoll(IncomingGrpcCall context, TimeSpan limit, CancellationToken stopping)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);

        // A client with a shorter deadline than that should see it expire. An empty response would only make it poll again.
        var left = context.Remaining is { } remaining && remaining > Shortest ? remaining - Margin : limit;
        _source.CancelAfter(left < limit ? left : limit);
    }

    /// <summary>Rejects a poll with no deadline or too short a deadline, as the Temporal server does.</summary>
    public static void RequireTime(IncomingGrpcCall context)
    {
        if (context.Remaining is not { } remaining)
        {
            throw GrpcErrorFactory.InvalidArgument("Context timeout is not set.");
        }

        if (remaining < Shortest)
        {
            throw GrpcErrorFactory.FailedPrecondition("Context timeout is too short.");
        }
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Ends the poll with an empty response.</summary>
    public void End()
    {
        lock (_source)
        {
            if (!_disposed)
            {
                _source.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (_source)
        {
            _disposed = true;
            _source.Dispose();
        }
    }
}
