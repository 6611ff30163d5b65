using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.History;

/// <summary>Creates the links to events and runs that responses contain.</summary>
internal static class TemporalApiLinkFactory
{
    /// <summary>Creates a link to the event that a request wrote in a run; the event may have no id yet.</summary>
    /// <param name="ns">Name of the run's namespace.</param>
    /// <param name="run">The run that contains the event.</param>
    /// <param name="requestId">Request id; empty if the request had none.</param>
    /// <param name="type">Type of the event.</param>
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

    /// <summary>Creates a link to a run for a request that wrote no event.</summary>
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
