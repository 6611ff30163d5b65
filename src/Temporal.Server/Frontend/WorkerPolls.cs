using System.Collections.Concurrent;

namespace Temporal.Server.Frontend;

/// <summary>
/// The open task polls of each worker. A worker that is shutting down waits for its polls to return, because dropping them could lose a
/// task that is being delivered. The server therefore ends the worker's open polls, and those that arrive after the shutdown notice, with
/// an empty response.
/// </summary>
internal sealed class WorkerPolls
{
    // The maximum time of a poll plus the time that a retry may take.
    private const long RememberedMs = 120_000;

    private readonly ConcurrentDictionary<LongPoll, string> _open = new();
    private readonly ConcurrentDictionary<string, long> _ended = new(StringComparer.Ordinal);

    /// <summary>
    /// Registers a poll until the returned object is disposed. Returns null for workers without an instance key, which are not tracked.
    /// </summary>
    public IDisposable? Note(string workerInstanceKey, LongPoll poll)
    {
        if (workerInstanceKey.Length == 0)
        {
            return null;
        }

        // Registers before checking, so that a concurrent shutdown notice finds the poll in one of the two places.
        _open[poll] = workerInstanceKey;
        if (_ended.ContainsKey(workerInstanceKey))
        {
            poll.End();
        }

        return new WorkerPollRegistration(this, poll);
    }

    /// <summary>Ends a worker's open polls, and polls that arrive later, with an empty response.</summary>
    public void End(string workerInstanceKey)
    {
        if (workerInstanceKey.Length == 0)
        {
            return;
        }

        var now = Environment.TickCount64;
        foreach (var (key, since) in _ended)
        {
            if (now - since > RememberedMs)
            {
                _ended.TryRemove(key, out _);
            }
        }

        _ended[workerInstanceKey] = now;
        foreach (var (poll, _) in _open.Where(open => open.Value == workerInstanceKey))
        {
            poll.End();
        }
    }

    private sealed class WorkerPollRegistration(WorkerPolls polls, LongPoll poll) : IDisposable
    {
        public void Dispose() => polls._open.TryRemove(poll, out _);
    }
}
