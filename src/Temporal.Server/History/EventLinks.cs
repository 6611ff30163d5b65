using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.History;

/// <summary>Links to events and runs, as answers to clients carry them.</summary>
internal static class EventLinks
{
    /// <summary>A link to the event that a request left in a run; the event may have no id yet.</summary>
    /// <param name="ns">Name of the run's namespace.</param>
    /// <param name="run">The run that holds the event.</param>
    /// <param name="requestId">Request id; empty if the request had none.</param>
    /// <param name="type">Kind of the event.</param>
    public static Link ToRequest(string ns, MutableState run, string requestId, EventType type) =>
        new()
        {
            WorkflowEvent = new Link.Types.WorkflowEvent
            {
                Namespace = ns,
                WorkflowId = run.WorkflowId,
                RunId = run.RunId,
                RequestIdRef = new Link.Types.WorkflowEvent.Types.RequestIdReference { RequestId = requestId, EventType = type },
            },
        };

    /// <summary>A link to a run for a request that left no event in it.</summary>
    public static Link ToRun(string ns, MutableState run, string reason) =>
        new()
        {
            Workflow = new Link.Types.Workflow
            {
                Namespace = ns,
                WorkflowId = run.WorkflowId,
                RunId = run.RunId,
                Reason = reason,
            },
        };
}
