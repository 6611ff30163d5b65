namespace Temporal.Server.Frontend;

/// <summary>
/// How long a call that waits may wait: until its own limit, a little before the client's deadline, or until the server stops.
/// </summary>
internal sealed class LongPoll : IDisposable
{
    // An answer that is on its way when the deadline strikes is lost; an empty one shortly before is not.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _source;
    private bool _disposed;

    public LongPoll(RpcCall context, TimeSpan limit, CancellationToken stopping)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);

        // Who gives less time than that wants to hear that it was not enough: an empty answer would only be asked for again.
        var left = context.Remaining is { } remaining && remaining > Shortest ? remaining - Margin : limit;
        _source.CancelAfter(left < limit ? left : limit);
    }

    /// <summary>Refuses a poll whose time limit leaves no time to wait, or that has none, as the real server does.</summary>
    public static void RequireTime(RpcCall context)
    {
        if (context.Remaining is not { } remaining)
        {
            throw RpcErrors.InvalidArgument("Context timeout is not set.");
        }

        if (remaining < Shortest)
        {
            throw RpcErrors.FailedPrecondition("Context timeout is too short.");
        }
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Answers the poll empty.</summary>
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
