using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.ServerKillTest.Load;

/// <summary>
/// Starts and steers planned workflows; each call is repeated with the same request id until it is answered, and then stands in the ledger.
/// </summary>
internal sealed class ScriptedClient(ServerCalls calls, AccountLedger ledger)
{
    /// <summary>Does all that a client has to do for a workflow.</summary>
    public async Task RunAsync(WorkflowPlan plan, CancellationToken stop)
    {
        try
        {
            await StartAsync(plan, stop);
            foreach (var signal in plan.SignalsFromClients)
            {
                await SignalAsync(plan, signal, stop);
            }
            if (plan.End == PlannedEnd.Cancelled)
            {
                await CancelAsync(plan, stop);
            }
            if (plan.End == PlannedEnd.Terminated)
            {
                await TerminateAsync(plan, stop);
            }
        }
        catch (RpcException fault)
        {
            ledger.Faults.Enqueue($"{plan.Id}: a client was answered {fault.StatusCode} {fault.Status.Detail}");
        }
    }

    private async Task StartAsync(WorkflowPlan plan, CancellationToken stop)
    {
        try
        {
            ledger.Starts[plan.Id] = (await InsistOnStartAsync(plan, stop)).RunId;
        }
        catch (RpcException started) when (started.StatusCode == StatusCode.AlreadyExists)
        {
            // A request is known by its id as long as the run is open that it began: where that has continued as new before the answer
            // came, a real server refuses the repeated request, too.
            var now = await calls.InsistAsync(
                new DescribeWorkflowExecutionRequest
                {
                    Namespace = "default",
                    Execution = new WorkflowExecution { WorkflowId = plan.Id },
                },
                DescribeWorkflowExecutionResponse.Parser,
                stop
            );
            var (first, present) = (now.WorkflowExecutionInfo.FirstRunId, now.WorkflowExecutionInfo.Execution.RunId);
            if (first.Length == 0 || first == present)
            {
                throw;
            }
            ledger.Starts[plan.Id] = first;
        }
    }

    private Task<StartWorkflowExecutionResponse> InsistOnStartAsync(WorkflowPlan plan, CancellationToken stop) =>
        calls.InsistAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = plan.Id,
                WorkflowType = new WorkflowType { Name = "Scripted" },
                TaskQueue = new TaskQueue { Name = ScriptedWorkflow.Queue },
                Input = ScriptedWorkflow.Payloads(plan.Encode(0, 0)),
                RequestId = "start-" + plan.Id,
                WorkflowTaskTimeout = new Duration { Seconds = 2 },
                WorkflowIdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate,
            },
            StartWorkflowExecutionResponse.Parser,
            stop
        );

    private async Task SignalAsync(WorkflowPlan plan, string signal, CancellationToken stop)
    {
        await calls.InsistAsync(
            new SignalWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = plan.Id },
                SignalName = signal,
                RequestId = $"{plan.Id}-{signal}",
            },
            SignalWorkflowExecutionResponse.Parser,
            stop
        );
        ledger.Signals[(plan.Id, signal)] = true;
    }

    private Task CancelAsync(WorkflowPlan plan, CancellationToken stop) =>
        UntilClosedAsync(() =>
            calls.InsistAsync(
                new RequestCancelWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowExecution = new WorkflowExecution { WorkflowId = plan.Id },
                    RequestId = "cancel-" + plan.Id,
                },
                RequestCancelWorkflowExecutionResponse.Parser,
                stop
            )
        );

    private async Task TerminateAsync(WorkflowPlan plan, CancellationToken stop)
    {
        await UntilClosedAsync(() =>
            calls.InsistAsync(
                new TerminateWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowExecution = new WorkflowExecution { WorkflowId = plan.Id },
                    Reason = "as planned",
                },
                TerminateWorkflowExecutionResponse.Parser,
                stop
            )
        );
        ledger.Terminations[plan.Id] = true;
    }

    // The same request did it before its answer was lost.
    private static async Task UntilClosedAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException closed)
            when (closed.StatusCode == StatusCode.NotFound && closed.Status.Detail.Contains("already completed", StringComparison.Ordinal))
        {
            return;
        }
    }
}
