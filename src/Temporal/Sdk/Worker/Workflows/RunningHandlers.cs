using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>The signal and update handlers of a run that have begun and not ended.</summary>
internal sealed class RunningHandlers
{
    private readonly LinkedList<HandlerRun> _running = new();

    public bool None => _running.Count == 0;

    /// <summary>A handler begins.</summary>
    /// <returns>Dispose it when the handler has ended.</returns>
    public IDisposable Begin(string kind, string name, string? id, HandlerUnfinishedPolicy policy) =>
        new HandlerRun(_running, kind, name, id, policy);

    /// <summary>Those that somebody should hear of when the run ends before them, as a message names them.</summary>
    public IReadOnlyList<string> Unfinished() =>
        [.. _running.Where(r => r.Policy == HandlerUnfinishedPolicy.WarnAndAbandon).Select(r => r.ToString())];

    private sealed class HandlerRun : IDisposable
    {
        private readonly LinkedListNode<HandlerRun> _node;
        private readonly string _kind;
        private readonly string _name;
        private readonly string? _id;

        public HandlerRun(LinkedList<HandlerRun> running, string kind, string name, string? id, HandlerUnfinishedPolicy policy)
        {
            (_kind, _name, _id, Policy) = (kind, name, id, policy);
            _node = running.AddLast(this);
        }

        public HandlerUnfinishedPolicy Policy { get; }

        public void Dispose() => _node.List?.Remove(_node);

        public override string ToString() => _id is null ? $"{_kind} {_name}" : $"{_kind} {_name} ({_id})";
    }
}
