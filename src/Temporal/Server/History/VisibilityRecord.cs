using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.History;

/// <summary>A run as lists and counts show it.</summary>
internal sealed record VisibilityRecord
{
    public required string NamespaceId { get; init; }

    public required string WorkflowId { get; init; }

    public required string RunId { get; init; }

    public required string WorkflowType { get; init; }

    public required string TaskQueue { get; init; }

    public required WorkflowExecutionStatus Status { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    /// <summary>Start time plus the delay of the first workflow task.</summary>
    public required DateTimeOffset ExecutionTime { get; init; }

    public DateTimeOffset? CloseTime { get; init; }

    public long HistoryLength { get; init; }

    public long HistorySizeBytes { get; init; }

    public long StateTransitionCount { get; init; }

    public Memo? Memo { get; init; }

    public SearchAttributes? SearchAttributes { get; init; }

    public string? ParentWorkflowId { get; init; }

    public string? ParentRunId { get; init; }

    public required string RootWorkflowId { get; init; }

    public required string RootRunId { get; init; }

    public string FirstRunId { get; init; } = "";
}

/// <summary>Where runs are made visible. Called with the transaction open that changes the run.</summary>
internal interface IVisibilityStore
{
    /// <summary>Writes or replaces the row of a run: at its start, when its memo or search attributes change, and at its close.</summary>
    void Write(SqliteConnection db, VisibilityRecord record);

    /// <summary>Deletes the row of a run.</summary>
    void Delete(SqliteConnection db, string namespaceId, string workflowId, string runId);
}

/// <summary>The search attributes that a namespace knows.</summary>
internal interface ISearchAttributeRegistry
{
    /// <summary>Checks names, types and sizes of what a client or a command gives, and returns it with the type named in each payload's metadata; null stays null.</summary>
    /// <exception cref="Temporal.Grpc.GrpcException">INVALID_ARGUMENT with the real server's message.</exception>
    SearchAttributes? Validate(Frontend.NamespaceEntry ns, SearchAttributes? given);
}
