using Temporal.Server.Matching;

namespace Temporal.Server.History;

/// <summary>Queries of a workflow's runs that are not answered yet.</summary>
internal sealed class QueryRegistry
{
    private readonly Dictionary<string, PendingQuery> _queries = [];

    public bool Any => _queries.Count > 0;

    public void Add(PendingQuery query) => _queries[query.Id] = query;

    public PendingQuery? Find(string id) => _queries.GetValueOrDefault(id);

    public PendingQuery? Take(string id) => _queries.Remove(id, out var query) ? query : null;

    public void Remove(PendingQuery query) => _queries.Remove(query.Id);

    /// <summary>The pending queries of a run.</summary>
    public IReadOnlyList<PendingQuery> Of(MutableState run) => [.. _queries.Values.Where(query => query.RunId == run.RunId)];
}
