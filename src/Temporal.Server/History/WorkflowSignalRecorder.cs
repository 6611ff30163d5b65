using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>Adds signals and cancel requests to an open run. The caller must hold the workflow's lock.</summary>
internal static class WorkflowSignalRecorder
{
    private const long MaxSignals = 10_000;

    public static void Add(
        MutableState run,
        string name,
        Payloads? input,
        Header? header,
        string identity,
        string requestId,
        WorkflowExecution? external,
        IEnumerable<Link> links
    )
    {
        if (run.SignalRequestIds.Contains(requestId))
        {
            return;
        }

        if (run.SignalCount >= MaxSignals)
        {
            throw GrpcErrorFactory.InvalidArgument("exceeded workflow execution limit for signal events");
        }

        if (requestId.Length > 0)
        {
            run.SignalRequestIds.Add(requestId);
            run.Changes.NewSignalRequestIds.Add(requestId);
        }

        var e = run.NewEvent(EventType.WorkflowExecutionSignaled);
        e.WorkflowExecutionSignaledEventAttributes = new WorkflowExecutionSignaledEventAttributes
        {
            SignalName = name,
            Input = input,
            Identity = identity,
            Header = header,
            ExternalWorkflowExecution = external,
            RequestId = requestId,
        };
        e.Links.AddRange(links);
        run.AddOrBuffer(e);
        run.WorkflowTask.EnsureScheduled();
    }

    public static void RequestCancel(
        MutableState run,
        string reason,
        string identity,
        string requestId,
        (long EventId, WorkflowExecution Execution)? external,
        IEnumerable<Link> links
    )
    {
        if (run.CancelRequested)
        {
            return;
        }

        run.Record.CancelRequestId = requestId;
        var e = run.NewEvent(EventType.WorkflowExecutionCancelRequested);
        e.WorkflowExecutionCancelRequestedEventAttributes = new WorkflowExecutionCancelRequestedEventAttributes
        {
            Cause = reason,
            Identity = identity,
            ExternalInitiatedEventId = external?.EventId ?? 0,
            ExternalWorkflowExecution = external?.Execution,
        };
        e.Links.AddRange(links);
        run.AddOrBuffer(e);
        run.WorkflowTask.EnsureScheduled(wakes: true);
    }
}
