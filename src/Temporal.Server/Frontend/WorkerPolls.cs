using System.Collections.Concurrent;

namespace Temporal.Server.Frontend;

/// <summary>The open task polls with the worker that made each, so that a worker that stops is answered at once instead of waiting for its polls to end.</summary>
internal sealed class WorkerPolls
{
    // A poll may be on its way while the worker says goodbye, or be made just after; later than that the key does not come again.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<LongPoll, string> _open = new();
    private readonly ConcurrentDictionary<string, long> _ended = new();

    /// <summary>Notes a poll until the result is disposed; a worker that has said goodbye is answered at once. A worker that gives no key is not known.</summary>
    public IDisposable? Note(string workerInstanceKey, LongPoll poll)
    {
        if (workerInstanceKey.Length == 0)
        {
            return null;
        }

        // First noted, then looked up: End does it the other way round, so no poll slips through between them.
        _open[poll] = workerInstanceKey;
        if (_ended.ContainsKey(workerInstanceKey))
        {
            poll.End();
        }

        return new Entry(this, poll);
    }

    /// <summary>Answers all polls of a worker empty, also those that come a little later.</summary>
    public void End(string workerInstanceKey)
    {
        if (workerInstanceKey.Length == 0)
        {
            return;
        }

        var now = Environment.TickCount64;
        foreach (var (key, at) in _ended)
        {
            if (now - at > Remembered.TotalMilliseconds)
            {
                _ended.TryRemove(key, out _);
            }
        }

        _ended[workerInstanceKey] = now;
        foreach (var poll in _open.Where(p => p.Value == workerInstanceKey))
        {
            poll.Key.End();
        }
    }

    private sealed class Entry(WorkerPolls polls, LongPoll poll) : IDisposable
    {
        public void Dispose() => polls._open.TryRemove(poll, out _);
    }
}
