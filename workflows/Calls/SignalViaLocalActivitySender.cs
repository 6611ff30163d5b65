using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;

namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Sends signals through local activities, each of which adds one event to the sender's history instead of five. If the worker dies before
/// that event is stored, the workflow sends the signal again. Receivers must therefore expect duplicate or early signals, and different
/// signals with the same number.
/// </summary>
/// <remarks>
/// Only workflows that never continue as new use local activities. A run decides by the length of its history, and its decision must not
/// depend on when a local activity ends.
/// </remarks>
internal static class SignalViaLocalActivitySender
{
    /// <summary>Patch id: tasks send their reports through local activities.</summary>
    public const string Patch = "local-signals";

    private const string SendStep = "SendSignal";
    private const string CheckStep = "IsCurrentExecution";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Sends a signal to the current execution of a workflow.</summary>
    /// <param name="workflow">Id of the workflow.</param>
    /// <param name="signal">Name of the signal.</param>
    /// <param name="argument">Argument of the signal.</param>
    /// <param name="isLocal">True to send it by a local activity, false to send it by a signal of the SDK.</param>
    /// <exception cref="FailureException">The workflow is closed, or accepts no more signals.</exception>
    public static Task SendAsync(string workflow, string signal, object argument, bool isLocal) =>
        isLocal
            ? Workflow.ExecuteLocalActivityAsync(SendStep, [workflow, signal, argument], Options($"Send {signal} to {workflow}"))
            : Workflow
                .GetExternalWorkflowHandle(workflow)
                .SignalAsync(signal, [argument], new() { CancellationToken = CancellationToken.None });

    /// <summary>
    /// True if the execution that started this workflow is open and therefore receives the result of this workflow. False after that
    /// execution has continued as new or was replaced.
    /// </summary>
    public static async Task<bool> IsParentOpenAsync() =>
        Workflow.Info.Parent is { } parent
        && await Workflow.ExecuteLocalActivityAsync<bool>(
            CheckStep,
            [parent.WorkflowId, parent.RunId],
            Options("Check whether the run receives the result")
        );

    private static LocalActivityOptions Options(string summary) =>
        new()
        {
            StartToCloseTimeout = Limit,
            RetryPolicy = new RetryPolicy { InitialInterval = TimeSpan.FromSeconds(0.2), MaximumInterval = Limit },
            CancellationToken = CancellationToken.None,
            Summary = TemporalUiTextTruncator.Summary(summary),
        };

    /// <summary>Local activity that checks whether an execution is open and is the current one of its workflow id.</summary>
    [Activity(CheckStep)]
    public static async Task<bool> IsCurrentExecutionAsync(string workflow, string runId)
    {
        try
        {
            var found = await Handle(workflow).DescribeAsync();
            return found.RunId == runId && found.Status == WorkflowExecutionStatus.Running;
        }
        catch (RpcException refused) when (refused.Code == RpcException.StatusCode.NotFound)
        {
            return false;
        }
    }

    // Calls take milliseconds, so they are not interrupted when the worker stops.
    private static WorkflowHandle Handle(string workflow) => ActivityExecutionContext.Current.TemporalClient.GetWorkflowHandle(workflow);

    /// <summary>Local activity that sends a signal. The worker of the sending workflow executes it.</summary>
    [Activity(SendStep)]
    public static async Task SendAsync(string workflow, string signal, RawValue argument)
    {
        try
        {
            await Handle(workflow).SignalAsync(signal, [argument]);
        }
        catch (RpcException refused) when (refused.Code is RpcException.StatusCode.NotFound or RpcException.StatusCode.InvalidArgument)
        {
            throw new ApplicationFailureException(refused.Message, refused, nonRetryable: true);
        }
    }
}
