using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporalio.Client.Interceptors;

/// <summary>What <see cref="ClientOutboundInterceptor.StartWorkflowAsync{TWorkflow, TResult}" /> is called with.</summary>
/// <param name="Workflow">Workflow type.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers; interceptors may add some.</param>
public record StartWorkflowInput(
    string Workflow,
    IReadOnlyCollection<object?> Args,
    WorkflowOptions Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>What <see cref="ClientOutboundInterceptor.SignalWorkflowAsync" /> is called with.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run, if it is to be that one only.</param>
/// <param name="Signal">Signal name.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers; interceptors may add some.</param>
public record SignalWorkflowInput(
    string Id,
    string? RunId,
    string Signal,
    IReadOnlyCollection<object?> Args,
    WorkflowSignalOptions? Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>What <see cref="ClientOutboundInterceptor.QueryWorkflowAsync{TResult}" /> is called with.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run, if it is to be that one only.</param>
/// <param name="Query">Query.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers; interceptors may add some.</param>
public record QueryWorkflowInput(
    string Id,
    string? RunId,
    string Query,
    IReadOnlyCollection<object?> Args,
    WorkflowQueryOptions? Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>What <see cref="ClientOutboundInterceptor.StartWorkflowUpdateAsync{TResult}" /> is called with.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run, if it is to be that one only.</param>
/// <param name="FirstExecutionRunId">First run of the chain it must belong to, if known.</param>
/// <param name="Update">Update name.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers; interceptors may add some.</param>
public record StartWorkflowUpdateInput(
    string Id,
    string? RunId,
    string? FirstExecutionRunId,
    string Update,
    IReadOnlyCollection<object?> Args,
    WorkflowUpdateStartOptions Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>What <see cref="ClientOutboundInterceptor.StartUpdateWithStartWorkflowAsync{TUpdateResult}" /> is called with.</summary>
/// <param name="Update">Update name.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers; interceptors may add some.</param>
public record StartUpdateWithStartWorkflowInput(
    string Update,
    IReadOnlyCollection<object?> Args,
    WorkflowStartUpdateWithStartOptions Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>What <see cref="ClientOutboundInterceptor.DescribeWorkflowAsync" /> is called with.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run, if it is to be that one only.</param>
/// <param name="Options">Options.</param>
public record DescribeWorkflowInput(string Id, string? RunId, WorkflowDescribeOptions? Options);

/// <summary>What <see cref="ClientOutboundInterceptor.CancelWorkflowAsync" /> is called with.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run, if it is to be that one only.</param>
/// <param name="FirstExecutionRunId">First run of the chain it must belong to, if known.</param>
/// <param name="Options">Options.</param>
public record CancelWorkflowInput(string Id, string? RunId, string? FirstExecutionRunId, WorkflowCancelOptions? Options);

/// <summary>What <see cref="ClientOutboundInterceptor.TerminateWorkflowAsync" /> is called with.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run, if it is to be that one only.</param>
/// <param name="FirstExecutionRunId">First run of the chain it must belong to, if known.</param>
/// <param name="Reason">Reason for people.</param>
/// <param name="Options">Options.</param>
public record TerminateWorkflowInput(
    string Id,
    string? RunId,
    string? FirstExecutionRunId,
    string? Reason,
    WorkflowTerminateOptions? Options
);

/// <summary>What <see cref="ClientOutboundInterceptor.FetchWorkflowHistoryEventPageAsync" /> is called with.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run, if it is to be that one only.</param>
/// <param name="PageSize">Most events on the page; null: the server's default.</param>
/// <param name="NextPageToken">Token of the page before, if any.</param>
/// <param name="WaitNewEvent">Whether to wait for an event.</param>
/// <param name="EventFilterType">Which events.</param>
/// <param name="SkipArchival">Whether archived histories are left out.</param>
/// <param name="Rpc">How the call is made.</param>
public record FetchWorkflowHistoryEventPageInput(
    string Id,
    string? RunId,
    int? PageSize,
    byte[]? NextPageToken,
    bool WaitNewEvent,
    HistoryEventFilterType EventFilterType,
    bool SkipArchival,
    RpcOptions? Rpc
);

/// <summary>A page of history.</summary>
/// <param name="Events">Events.</param>
/// <param name="NextPageToken">Token of the page before, if any.</param>
public record WorkflowHistoryEventPage(IReadOnlyCollection<HistoryEvent> Events, byte[]? NextPageToken);

/// <summary>What <see cref="ClientOutboundInterceptor.ListWorkflowsAsync" /> is called with.</summary>
/// <param name="Query">Query.</param>
/// <param name="Options">Options.</param>
public record ListWorkflowsInput(string Query, WorkflowListOptions? Options);

/// <summary>What <see cref="ClientOutboundInterceptor.ListWorkflowsPaginatedAsync" /> is called with.</summary>
/// <param name="Query">Query.</param>
/// <param name="NextPageToken">Token of the page before, if any.</param>
/// <param name="Options">Options.</param>
public record ListWorkflowsPaginatedInput(string Query, byte[]? NextPageToken, WorkflowListPaginatedOptions? Options);

/// <summary>What <see cref="ClientOutboundInterceptor.CountWorkflowsAsync" /> is called with.</summary>
/// <param name="Query">Query.</param>
/// <param name="Options">Options.</param>
public record CountWorkflowsInput(string Query, WorkflowCountOptions? Options);
