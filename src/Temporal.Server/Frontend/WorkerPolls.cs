using System.Collections.Concurrent;

namespace Temporal.Server.Frontend;

/// <summary>
/// The open task polls with the worker that made each. A worker that says goodbye would drop its open polls, and with one that was just
/// being answered the task in it, which then waits for its time limit. So those are answered empty first; a later poll of the same worker
/// is served like any other.
/// </summary>
internal sealed class WorkerPolls
{
    private readonly ConcurrentDictionary<LongPoll, string> _open = new();

    /// <summary>Notes a poll until the result is disposed. A worker that gives no key is not known.</summary>
    public IDisposable? Note(string workerInstanceKey, LongPoll poll)
    {
        if (workerInstanceKey.Length == 0)
        {
            return null;
        }

        _open[poll] = workerInstanceKey;
        return new Entry(this, poll);
    }

    /// <summary>Answers the open polls of a worker empty.</summary>
    public void End(string workerInstanceKey)
    {
        foreach (var (poll, _) in _open.Where(open => workerInstanceKey.Length > 0 && open.Value == workerInstanceKey))
        {
            poll.End();
        }
    }

    private sealed class Entry(WorkerPolls polls, LongPoll poll) : IDisposable
    {
        public void Dispose() => polls._open.TryRemove(poll, out _);
    }
}
