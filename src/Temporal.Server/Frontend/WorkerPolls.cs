using System.Collections.Concurrent;

namespace Temporal.Server.Frontend;

/// <summary>
/// The open task polls with the worker that made each. A worker that says goodbye waits for its polls instead of dropping them, and with
/// one that was just being answered the task in it; so they are answered empty at once, and those that were still on their way when it
/// said so, too.
/// </summary>
internal sealed class WorkerPolls
{
    // The longest that a poll waits, with what a retry of it may take.
    private const long RememberedMs = 120_000;

    private readonly ConcurrentDictionary<LongPoll, string> _open = new();
    private readonly ConcurrentDictionary<string, long> _ended = new(StringComparer.Ordinal);

    /// <summary>Notes a poll until the result is disposed. A worker that gives no key is not known.</summary>
    public IDisposable? Note(string workerInstanceKey, LongPoll poll)
    {
        if (workerInstanceKey.Length == 0)
        {
            return null;
        }

        // First noted and then asked: a goodbye in between finds it in one of the two.
        _open[poll] = workerInstanceKey;
        if (_ended.ContainsKey(workerInstanceKey))
        {
            poll.End();
        }

        return new Entry(this, poll);
    }

    /// <summary>Answers the polls of a worker empty, the open ones and those that are still to come.</summary>
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

    private sealed class Entry(WorkerPolls polls, LongPoll poll) : IDisposable
    {
        public void Dispose() => polls._open.TryRemove(poll, out _);
    }
}
