using System.Linq.Expressions;
using Temporalio.Client.Interceptors;
using Temporalio.Client.Schedules;
using Temporalio.Worker;

namespace Temporalio.Client;

/// <summary>A client of one namespace.</summary>
public interface ITemporalClient : IWorkerClient
{
    /// <summary>Its connection.</summary>
    ITemporalConnection Connection { get; }

    /// <summary>First of the chain of interceptors; handles call it.</summary>
    ClientOutboundInterceptor OutboundInterceptor { get; }

    /// <summary>The workflow service as it is on the wire.</summary>
    WorkflowService WorkflowService { get; }

    /// <summary>The operator service as it is on the wire.</summary>
    OperatorService OperatorService { get; }

    /// <summary>Starts a workflow from a call of its run method.</summary>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">The id is taken and the policies forbid another.</exception>
    Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall,
        WorkflowOptions options
    );

    /// <summary>Starts a workflow from a call of its run method.</summary>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">The id is taken and the policies forbid another.</exception>
    Task<WorkflowHandle<TWorkflow>> StartWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall,
        WorkflowOptions options
    );

    /// <summary>Starts a workflow by type name.</summary>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">The id is taken and the policies forbid another.</exception>
    Task<WorkflowHandle> StartWorkflowAsync(string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options);

    /// <summary>Sends an update to a workflow, starting it if it is not there, and waits for a stage of the update.</summary>
    Task<WorkflowUpdateHandle> StartUpdateWithStartWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> updateCall,
        WorkflowStartUpdateWithStartOptions options
    );

    /// <summary>Sends an update to a workflow, starting it if it is not there, and waits for a stage of the update.</summary>
    Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TWorkflow, TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall,
        WorkflowStartUpdateWithStartOptions options
    );

    /// <summary>Sends an update to a workflow, starting it if it is not there, and waits for a stage of the update.</summary>
    Task<WorkflowUpdateHandle> StartUpdateWithStartWorkflowAsync(
        string update,
        IReadOnlyCollection<object?> args,
        WorkflowStartUpdateWithStartOptions options
    );

    /// <summary>Sends an update to a workflow, starting it if it is not there, and waits for a stage of the update.</summary>
    Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TUpdateResult>(
        string update,
        IReadOnlyCollection<object?> args,
        WorkflowStartUpdateWithStartOptions options
    );

    /// <summary>A handle of a workflow; it is not checked whether it exists.</summary>
    WorkflowHandle GetWorkflowHandle(string id, string? runId = null, string? firstExecutionRunId = null);

    /// <summary>A handle of a workflow; it is not checked whether it exists.</summary>
    WorkflowHandle<TWorkflow> GetWorkflowHandle<TWorkflow>(string id, string? runId = null, string? firstExecutionRunId = null);

    /// <summary>A handle of a workflow; it is not checked whether it exists.</summary>
    WorkflowHandle<TWorkflow, TResult> GetWorkflowHandle<TWorkflow, TResult>(
        string id,
        string? runId = null,
        string? firstExecutionRunId = null
    );

    /// <summary>Lists workflows by a list filter, page by page.</summary>
    IAsyncEnumerable<WorkflowExecution> ListWorkflowsAsync(string query, WorkflowListOptions? options = null);

    /// <summary>One page of a list of workflows.</summary>
    Task<WorkflowListPage> ListWorkflowsPaginatedAsync(string query, byte[]? nextPageToken, WorkflowListPaginatedOptions? options = null);

    /// <summary>Counts workflows by a list filter.</summary>
    Task<WorkflowExecutionCount> CountWorkflowsAsync(string query, WorkflowCountOptions? options = null);

    /// <summary>An activity that completes from outside, by its task token.</summary>
    AsyncActivityHandle GetAsyncActivityHandle(byte[] taskToken);

    /// <summary>An activity that completes from outside, by its ids.</summary>
    AsyncActivityHandle GetAsyncActivityHandle(string workflowId, string runId, string activityId);

    /// <summary>Creates a schedule.</summary>
    /// <exception cref="Exceptions.ScheduleAlreadyRunningException">The id is taken.</exception>
    Task<ScheduleHandle> CreateScheduleAsync(string scheduleId, Schedule schedule, ScheduleOptions? options = null);

    /// <summary>A handle of a schedule; it is not checked whether it exists.</summary>
    ScheduleHandle GetScheduleHandle(string scheduleId);

    /// <summary>Lists schedules, page by page.</summary>
    IAsyncEnumerable<ScheduleListDescription> ListSchedulesAsync(ScheduleListOptions? options = null);
}
