using Temporal.Server.Matching;

namespace Temporal.Server.History;

/// <summary>Queries of a run that ride on its next workflow task, or are out with the current one.</summary>
internal sealed class QueryRegistry
{
    private readonly Dictionary<string, PendingQuery> _queries = [];

    private readonly Dictionary<string, PendingQuery> _direct = [];

    public bool Any => _queries.Count > 0 || _direct.Count > 0;

    public IReadOnlyList<PendingQuery> All => [.. _queries.Values];

    public void Add(PendingQuery query) => _queries[query.Id] = query;

    public PendingQuery? Take(string id) => _queries.Remove(id, out var query) ? query : null;

    /// <summary>A query that goes to a worker by itself, without a workflow task.</summary>
    public void AddDirect(PendingQuery query) => _direct[query.Id] = query;

    public PendingQuery? TakeDirect(string id) => _direct.Remove(id, out var query) ? query : null;

    /// <summary>Takes all queries that wait for a workflow task.</summary>
    public IReadOnlyList<PendingQuery> TakeWaiting()
    {
        var waiting = All;
        _queries.Clear();
        return waiting;
    }

    public void Remove(PendingQuery query)
    {
        _queries.Remove(query.Id);
        _direct.Remove(query.Id);
    }
}
