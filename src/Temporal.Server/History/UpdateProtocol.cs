using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;
using Stage = Temporalio.Api.Enums.V1.UpdateWorkflowExecutionLifecycleStage;

namespace Temporal.Server.History;

/// <summary>
/// Implements the update protocol: exchanges messages with the worker, and ends updates when their run closes. Call with the workflow's
/// lock held.
/// </summary>
internal static class UpdateProtocol
{
    private const string TypePrefix = "type.googleapis.com/temporal.api.update.v1.";

    /// <summary>Update requests to deliver with a workflow task.</summary>
    public static IEnumerable<Message> Outgoing(SingleWorkflowRunCache workflow, MutableState run, long startedEventId)
    {
        RestoreAdmitted(workflow, run);
        foreach (var update in workflow.Updates.Admitted)
        {
            update.Sent = true;
            if (run.AdmittedUpdates.ContainsKey(update.Id))
            {
                // The worker knows this update from its event and would run it twice if it got the request as well.
                continue;
            }

            yield return new Message
            {
                Id = update.Id + "/request",
                ProtocolInstanceId = update.Id,
                EventId = startedEventId - 1,
                Body = new Any { TypeUrl = TypePrefix + "Request", Value = update.Request.ToByteString() },
            };
        }
    }

    /// <summary>
    /// Restores, in their order, the pending updates that a reset carried over. They are recorded in events, so they survive the loss of
    /// cached state.
    /// </summary>
    public static void RestoreAdmitted(SingleWorkflowRunCache workflow, MutableState run)
    {
        if (workflow.Current != run || !run.IsOpen)
        {
            return;
        }

        foreach (var (id, request) in run.AdmittedUpdates)
        {
            if (workflow.Updates.Find(id) is null)
            {
                workflow.Updates.Add(new PendingUpdate(id, request));
            }
        }
    }

    /// <summary>Validates the worker's messages. Returns the reason to reject them, or null if all are valid.</summary>
    public static WorkflowTaskRejectionReason? Check(SingleWorkflowRunCache workflow, MutableState run, IEnumerable<Message> messages)
    {
        var accepted = new HashSet<string>();
        foreach (var message in messages)
        {
            var id = message.ProtocolInstanceId;
            var update = workflow.Updates.Find(id);
            var kind = Kind(message);
            if (kind is not ("Acceptance" or "Rejection" or "Response"))
            {
                return Fault($"Protocol message {message.Id} has an unknown type: {message.Body?.TypeUrl}");
            }

            if (
                update is null
                && !(run.Updates.TryGetValue(id, out var known) && known.Completed == 0)
                && !(kind == "Acceptance" && Request(message) is not null)
            )
            {
                return Fault(
                    $"Update {id} wasn't found on the server. This is most likely a transient error which will be resolved "
                        + "automatically by retries"
                );
            }

            var isAccepted = accepted.Contains(id) || (update?.Accepted ?? run.Updates.ContainsKey(id));
            switch (kind)
            {
                case "Acceptance" or "Rejection" when isAccepted:
                    return Fault(
                        $"invalid state transition attempted for Update {id}: received *update.{kind} message while in state "
                            + $"{(accepted.Contains(id) ? "ProvisionallyAccepted" : "Accepted")}"
                    );
                case "Acceptance":
                    accepted.Add(id);
                    break;
                case "Response" when !isAccepted:
                    return Fault(
                        $"invalid state transition attempted for Update {id}: received *update.Response message while in state "
                            + $"{(update is { Sent: true } ? "Sent" : "Admitted")}"
                    );
                case "Response"
                    when Response.Parser.ParseFrom(message.Body!.Value).Outcome is null or { ValueCase: Outcome.ValueOneofCase.None }:
                    return Fault("invalid *update.Response: outcome is not set");
                default:
                    break;
            }
        }

        return null;
    }

    /// <summary>Applies one message of a workflow update.</summary>
    public static void Apply(SingleWorkflowRunCache workflow, MutableState run, Message message)
    {
        var id = message.ProtocolInstanceId;
        var update = workflow.Updates.Find(id);
        switch (Kind(message))
        {
            case "Acceptance":
                Accept(workflow, run, message, update);
                break;
            case "Rejection" when update is not null:
                Finish(workflow, run, update, new Outcome { Failure = Rejection.Parser.ParseFrom(message.Body.Value).Failure });
                break;
            case "Response":
                var response = Response.Parser.ParseFrom(message.Body.Value);
                var e = run.NewEvent(EventType.WorkflowExecutionUpdateCompleted);
                e.WorkflowExecutionUpdateCompletedEventAttributes = new WorkflowExecutionUpdateCompletedEventAttributes
                {
                    Meta = response.Meta ?? update?.Request.Meta,
                    AcceptedEventId = run.Updates.TryGetValue(id, out var known) ? known.Accepted : 0,
                    Outcome = response.Outcome,
                };
                run.Add(e);
                if (update is not null)
                {
                    Finish(workflow, run, update, response.Outcome);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Rejects the updates that were delivered to a worker and that it did not answer. Such a worker probably does not implement the update
    /// protocol.
    /// </summary>
    public static void RejectUnanswered(SingleWorkflowRunCache workflow, MutableState run)
    {
        foreach (var update in workflow.Updates.Admitted.Where(u => u.Sent).ToList())
        {
            Finish(
                workflow,
                run,
                update,
                new Outcome
                {
                    Failure = ServerFailureFactory.Application(
                        "Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow Update is not "
                            + "supported by the worker.",
                        "UnprocessedUpdate",
                        nonRetryable: true
                    ),
                }
            );
        }
    }

    /// <summary>
    /// Aborts the updates that were delivered with a rejected workflow task, except for those that a worker had already accepted. Aborted
    /// updates are not retried automatically.
    /// </summary>
    public static void AbortSent(SingleWorkflowRunCache workflow, MutableState run)
    {
        foreach (var update in workflow.Updates.Admitted.Where(u => u.Sent).ToList())
        {
            Abort(
                workflow,
                run,
                update,
                GrpcErrorFactory.WorkflowNotReady("Unable to perform workflow execution update due to unexpected workflow task failure.")
            );
        }
    }

    /// <summary>
    /// Drops the updates that no worker has accepted, so that the next attempt at the workflow task runs without them. Waiting callers then
    /// send the updates again.
    /// </summary>
    public static void DropAdmitted(SingleWorkflowRunCache workflow)
    {
        foreach (var update in workflow.Updates.Admitted.ToList())
        {
            workflow.Updates.Remove(update);
            update.Publish(WorkflowUpdateLifecycleStatus.Dropped);
        }
    }

    /// <summary>Ends the updates of a closed run and notifies waiting callers.</summary>
    public static void RunClosed(SingleWorkflowRunCache workflow, MutableState run, bool continues)
    {
        foreach (var update in workflow.Updates.All.ToList())
        {
            if (update.Accepted)
            {
                Finish(workflow, run, update, ClosedBeforeCompletion());
            }
            else
            {
                Abort(
                    workflow,
                    run,
                    update,
                    continues
                        ? GrpcErrorFactory.BusyWorkflow("workflow operation can not be applied because workflow is closing")
                        : GrpcErrorFactory.NotFound("workflow update was aborted by closing workflow")
                );
            }
        }
    }

    /// <summary>Outcome of an update that was still running when its workflow closed.</summary>
    public static Outcome ClosedBeforeCompletion() =>
        new()
        {
            Failure = ServerFailureFactory.Application(
                "Workflow Update failed because the Workflow completed before the Update completed.",
                "AcceptedUpdateCompletedWorkflow",
                nonRetryable: true
            ),
        };

    private static void Accept(SingleWorkflowRunCache workflow, MutableState run, Message message, PendingUpdate? update)
    {
        var acceptance = Acceptance.Parser.ParseFrom(message.Body.Value);
        var e = run.NewEvent(EventType.WorkflowExecutionUpdateAccepted);
        e.WorkflowExecutionUpdateAcceptedEventAttributes = new WorkflowExecutionUpdateAcceptedEventAttributes
        {
            ProtocolInstanceId = message.ProtocolInstanceId,
            AcceptedRequestMessageId = message.ProtocolInstanceId + "/request",
            AcceptedRequestSequencingEventId = acceptance.AcceptedRequestSequencingEventId,
            AcceptedRequest = update?.Request ?? acceptance.AcceptedRequest,
        };
        run.Add(e);
        if (update is null)
        {
            // The server was restarted while the worker had the update; the acceptance contains the request.
            update = new PendingUpdate(message.ProtocolInstanceId, acceptance.AcceptedRequest);
            workflow.Updates.Add(update);
        }

        update.Accepted = true;
        run.Changes.Updates[update] = new WorkflowUpdateLifecycleStatus(Stage.Accepted);
    }

    private static void Finish(SingleWorkflowRunCache workflow, MutableState run, PendingUpdate update, Outcome outcome)
    {
        workflow.Updates.Remove(update);
        run.AdmittedUpdates.Remove(update.Id);
        run.Changes.Updates[update] = new WorkflowUpdateLifecycleStatus(Stage.Completed, outcome);
    }

    private static void Abort(SingleWorkflowRunCache workflow, MutableState run, PendingUpdate update, Exception answer)
    {
        workflow.Updates.Remove(update);
        run.Changes.Updates[update] = new WorkflowUpdateLifecycleStatus(Stage.Admitted, Aborted: answer);
    }

    private static string Kind(Message message) =>
        message.Body?.TypeUrl is { } url && url.StartsWith(TypePrefix, StringComparison.Ordinal) ? url[TypePrefix.Length..] : "";

    private static Request? Request(Message message) => Acceptance.Parser.ParseFrom(message.Body.Value).AcceptedRequest;

    private static WorkflowTaskRejectionReason Fault(string message) =>
        new(WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage, message);
}
