using Temporalio.Api.Query.V1;

namespace Temporal.Server.History;

/// <summary>A query and the one who waits for its answer.</summary>
internal sealed class PendingQuery(WorkflowQuery query)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public WorkflowQuery Query { get; } = query;

    /// <summary>Identity of the worker that has it by itself, without a workflow task; null while none has.</summary>
    public volatile string? TakenBy;

    /// <summary>When it goes to any worker if the one that it was offered to has not taken it, or not answered it; ms of <see cref="Environment.TickCount64"/>.</summary>
    public long OfferedUntil { get; set; } = long.MaxValue;

    public TaskCompletionSource<WorkflowQueryResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

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
