using System.Collections.Concurrent;

namespace Temporal.Server.Frontend;

/// <summary>The open task polls with the worker that made each, so that a worker that stops is answered at once instead of waiting for its polls to end.</summary>
internal sealed class WorkerPolls
{
    private readonly ConcurrentDictionary<LongPoll, string> _open = new();

    /// <summary>Notes a poll until the result is disposed. A worker that gives no key is not known.</summary>
    public IDisposable? Note(string workerInstanceKey, LongPoll poll)
    {
        if (workerInstanceKey.Length == 0)
            return null;
        _open[poll] = workerInstanceKey;
        return new Entry(this, poll);
    }

    /// <summary>Answers all polls of a worker empty.</summary>
    public void End(string workerInstanceKey)
    {
        foreach (var poll in _open.Where(p => p.Value == workerInstanceKey && workerInstanceKey.Length > 0))
            poll.Key.End();
    }

    private sealed class Entry(WorkerPolls polls, LongPoll poll) : IDisposable
    {
        public void Dispose() => polls._open.TryRemove(poll, out _);
    }
}
