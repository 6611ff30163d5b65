using Temporalio.Client.Schedules;

namespace Temporalio.Client.Interceptors;

/// <summary>What a client does towards the server. Override what you want to see or change; everything else goes on to the next.</summary>
public abstract class ClientOutboundInterceptor
{
    /// <summary>Wraps another.</summary>
    protected ClientOutboundInterceptor(ClientOutboundInterceptor next) => Next = next;

    private protected ClientOutboundInterceptor() => Next = this;

    /// <summary>The next in the chain; the last is its own next and never calls it.</summary>
    protected ClientOutboundInterceptor Next { get; }

    /// <summary>Called for <c>BackfillSchedule</c>.</summary>
    public virtual Task BackfillScheduleAsync(BackfillScheduleInput input) => Next.BackfillScheduleAsync(input);

    /// <summary>Called for <c>CancelWorkflow</c>.</summary>
    public virtual Task CancelWorkflowAsync(CancelWorkflowInput input) => Next.CancelWorkflowAsync(input);

    /// <summary>Called for <c>CompleteAsyncActivity</c>.</summary>
    public virtual Task CompleteAsyncActivityAsync(CompleteAsyncActivityInput input) => Next.CompleteAsyncActivityAsync(input);

    /// <summary>Called for <c>CountWorkflows</c>.</summary>
    public virtual Task<WorkflowExecutionCount> CountWorkflowsAsync(CountWorkflowsInput input) => Next.CountWorkflowsAsync(input);

    /// <summary>Called for <c>CreateSchedule</c>.</summary>
    public virtual Task<ScheduleHandle> CreateScheduleAsync(CreateScheduleInput input) => Next.CreateScheduleAsync(input);

    /// <summary>Called for <c>DeleteSchedule</c>.</summary>
    public virtual Task DeleteScheduleAsync(DeleteScheduleInput input) => Next.DeleteScheduleAsync(input);

    /// <summary>Called for <c>DescribeSchedule</c>.</summary>
    public virtual Task<ScheduleDescription> DescribeScheduleAsync(DescribeScheduleInput input) => Next.DescribeScheduleAsync(input);

    /// <summary>Called for <c>DescribeWorkflow</c>.</summary>
    public virtual Task<WorkflowExecutionDescription> DescribeWorkflowAsync(DescribeWorkflowInput input) =>
        Next.DescribeWorkflowAsync(input);

    /// <summary>Called for <c>FailAsyncActivity</c>.</summary>
    public virtual Task FailAsyncActivityAsync(FailAsyncActivityInput input) => Next.FailAsyncActivityAsync(input);

    /// <summary>Called for <c>FetchWorkflowHistoryEventPage</c>.</summary>
    public virtual Task<WorkflowHistoryEventPage> FetchWorkflowHistoryEventPageAsync(FetchWorkflowHistoryEventPageInput input) =>
        Next.FetchWorkflowHistoryEventPageAsync(input);

    /// <summary>Called for <c>HeartbeatAsyncActivity</c>.</summary>
    public virtual Task HeartbeatAsyncActivityAsync(HeartbeatAsyncActivityInput input) => Next.HeartbeatAsyncActivityAsync(input);

    /// <summary>Called for <c>ListSchedules</c>.</summary>
    public virtual IAsyncEnumerable<ScheduleListDescription> ListSchedulesAsync(ListSchedulesInput input) => Next.ListSchedulesAsync(input);

    /// <summary>Called for <c>ListWorkflows</c>.</summary>
    public virtual IAsyncEnumerable<WorkflowExecution> ListWorkflowsAsync(ListWorkflowsInput input) => Next.ListWorkflowsAsync(input);

    /// <summary>Called for <c>ListWorkflowsPaginated</c>.</summary>
    public virtual Task<WorkflowListPage> ListWorkflowsPaginatedAsync(ListWorkflowsPaginatedInput input) =>
        Next.ListWorkflowsPaginatedAsync(input);

    /// <summary>Called for <c>PauseSchedule</c>.</summary>
    public virtual Task PauseScheduleAsync(PauseScheduleInput input) => Next.PauseScheduleAsync(input);

    /// <summary>Called for <c>QueryWorkflow</c>.</summary>
    public virtual Task<TResult> QueryWorkflowAsync<TResult>(QueryWorkflowInput input) => Next.QueryWorkflowAsync<TResult>(input);

    /// <summary>Called for <c>ReportCancellationAsyncActivity</c>.</summary>
    public virtual Task ReportCancellationAsyncActivityAsync(ReportCancellationAsyncActivityInput input) =>
        Next.ReportCancellationAsyncActivityAsync(input);

    /// <summary>Called for <c>SignalWorkflow</c>.</summary>
    public virtual Task SignalWorkflowAsync(SignalWorkflowInput input) => Next.SignalWorkflowAsync(input);

    /// <summary>Called for <c>StartUpdateWithStartWorkflow</c>.</summary>
    public virtual Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TUpdateResult>(
        StartUpdateWithStartWorkflowInput input
    ) => Next.StartUpdateWithStartWorkflowAsync<TUpdateResult>(input);

    /// <summary>Called for <c>StartWorkflow</c>.</summary>
    public virtual Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(StartWorkflowInput input) =>
        Next.StartWorkflowAsync<TWorkflow, TResult>(input);

    /// <summary>Called for <c>StartWorkflowUpdate</c>.</summary>
    public virtual Task<WorkflowUpdateHandle<TResult>> StartWorkflowUpdateAsync<TResult>(StartWorkflowUpdateInput input) =>
        Next.StartWorkflowUpdateAsync<TResult>(input);

    /// <summary>Called for <c>TerminateWorkflow</c>.</summary>
    public virtual Task TerminateWorkflowAsync(TerminateWorkflowInput input) => Next.TerminateWorkflowAsync(input);

    /// <summary>Called for <c>TriggerSchedule</c>.</summary>
    public virtual Task TriggerScheduleAsync(TriggerScheduleInput input) => Next.TriggerScheduleAsync(input);

    /// <summary>Called for <c>UnpauseSchedule</c>.</summary>
    public virtual Task UnpauseScheduleAsync(UnpauseScheduleInput input) => Next.UnpauseScheduleAsync(input);

    /// <summary>Called for <c>UpdateSchedule</c>.</summary>
    public virtual Task UpdateScheduleAsync(UpdateScheduleInput input) => Next.UpdateScheduleAsync(input);
}
