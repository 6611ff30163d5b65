using Temporal.Server.Matching;

namespace Temporal.Server.History;

/// <summary>The unanswered queries of a workflow's runs.</summary>
internal sealed class QueryRegistry
{
    private const int MostRemembered = 32;

    private readonly Dictionary<string, PendingQuery> _queries = [];
    private readonly Queue<string> _answeredWithTask = new();

    public bool Any => _queries.Count > 0;

    public void Add(PendingQuery query) => _queries[query.Id] = query;

    public PendingQuery? Find(string id) => _queries.GetValueOrDefault(id);

    public PendingQuery? RemoveQuery(string id) => _queries.Remove(id, out var query) ? query : null;

    /// <summary>
    /// Removes a query that was answered together with a workflow task. A worker that also holds the query as a separate query task may
    /// still send a second answer.
    /// </summary>
    public PendingQuery? RemoveAnsweredWithTask(string id)
    {
        var query = RemoveQuery(id);
        if (query is { WasTaken: true })
        {
            if (_answeredWithTask.Count == MostRemembered)
            {
                _answeredWithTask.Dequeue();
            }

            _answeredWithTask.Enqueue(id);
        }

        return query;
    }

    /// <summary>
    /// True if the query was recently answered together with a workflow task while a worker also held it as a separate query task.
    /// </summary>
    public bool IsAnsweredTwice(string id) => _answeredWithTask.Contains(id);

    public void Remove(PendingQuery query) => _queries.Remove(query.Id);

    /// <summary>The unanswered queries of a run.</summary>
    public IReadOnlyList<PendingQuery> Of(MutableState run) => [.. _queries.Values.Where(query => query.RunId == run.RunId)];
}
