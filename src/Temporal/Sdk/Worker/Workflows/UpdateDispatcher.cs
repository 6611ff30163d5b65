using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>Brings updates to their validators and handlers, and their answers into the run's commands and messages.</summary>
internal sealed class UpdateDispatcher(WorkflowInstance instance)
{
    private readonly AsyncLocal<WorkflowUpdateInfo?> _current = new();
    private List<Message>? _rejections;

    /// <summary>The update whose handler or validator runs; null anywhere else.</summary>
    public WorkflowUpdateInfo? Current => _current.Value;

    /// <summary>Messages that turn updates away; they have no place among the commands.</summary>
    public List<Message> TakeRejections() => Interlocked.Exchange(ref _rejections, null) ?? [];

    /// <summary>An update has come: its validator and handler are queued.</summary>
    /// <param name="update">The update.</param>
    /// <param name="accepted">Whether history says already that it was accepted.</param>
    public void Dispatch(UpdateRequest update, bool accepted) => instance.Scheduler.Queue(() => RunAsync(update, accepted));

    private async Task RunAsync(UpdateRequest update, bool accepted)
    {
        _current.Value = new(update.Id, update.Name);
        if (!instance.Handlers.Updates.TryGetValue(update.Name, out var definition) && !WorkflowHandlers.IsReserved(update.Name))
        {
            definition = instance.Handlers.DynamicUpdate;
        }

        HandleUpdateInput input;
        try
        {
            if (definition is null)
            {
                throw new InvalidOperationException(
                    $"Update handler for {update.Name} expected but not found, known updates: "
                        + $"[{string.Join(" ", instance.Handlers.Updates.Keys.Order(StringComparer.OrdinalIgnoreCase))}]"
                );
            }

            input = new(
                update.Id,
                update.Name,
                definition,
                instance.Handlers.Decode(definition.Handler, definition.Dynamic, "Update", update.Name, update.Request.Input.Args),
                update.Request.Input.Header?.Fields
            );
            if (!accepted && definition.Validator is not null)
            {
                Validate(input);
            }
        }
        catch (Exception e) when (!accepted && e is not ReadOnlyWorkflowException)
        {
            Reject(update, instance.Completion.ToFailure(e));
            return;
        }
        catch (Exception e)
        {
            // Its validator acted, or history says that it was accepted and the code that handled it is gone: the task must fail.
            instance.Completion.FailTask(e);
            return;
        }

        Answer(
            update,
            "accept",
            "Acceptance",
            new Acceptance
            {
                AcceptedRequestMessageId = update.MessageId,
                AcceptedRequestSequencingEventId = update.SequencingEventId,
                AcceptedRequest = update.Request,
            }
        );
        var outcome = new Outcome();
        using (instance.RunningHandlers.Begin("update", update.Name, update.Id, definition.UnfinishedPolicy))
        {
            try
            {
                var value = await instance.Inbound.HandleUpdateAsync(input);
                outcome.Success =
                    definition.Handler.ResultType == typeof(void) && value is null
                        ? new()
                        : new() { Payloads_ = { instance.PayloadConverter.ToPayload(value) } };
            }
            catch (Exception e) when (e is not ContinueAsNewException && instance.Completion.IsFailure(e))
            {
                outcome.Failure = instance.Completion.ToFailure(e);
            }
            catch (ContinueAsNewException)
            {
                instance.Completion.FailTask(
                    new InvalidWorkflowOperationException(
                        $"Continue as new: update handler {update.Name} continued as new, which only the workflow's main method and signal "
                            + "handlers may do."
                    )
                );
                return;
            }
            catch (Exception e)
            {
                instance.Completion.EndStrandWith(e);
                return;
            }
        }

        Answer(update, "complete", "Response", new Response { Meta = update.Request.Meta, Outcome = outcome });
    }

    private void Validate(HandleUpdateInput input) =>
        instance.Look(
            $"Update validator for {input.Update}",
            () =>
            {
                instance.Inbound.ValidateUpdate(input);
                return true;
            }
        );

    private void Reject(UpdateRequest update, Api.Failure.V1.Failure failure) =>
        (_rejections ??= []).Add(
            MessageOf(
                update,
                "reject",
                "Rejection",
                new Rejection
                {
                    RejectedRequestMessageId = update.MessageId,
                    RejectedRequestSequencingEventId = update.SequencingEventId,
                    RejectedRequest = update.Request,
                    Failure = failure,
                }
            )
        );

    private void Answer(UpdateRequest update, string step, string type, IMessage body)
    {
        var message = MessageOf(update, step, type, body);
        instance.Commands.Issue(
            new(
                new()
                {
                    CommandType = CommandType.ProtocolMessage,
                    ProtocolMessageCommandAttributes = new() { MessageId = message.Id },
                }
            )
            {
                Message = message,
                MessageBody = body,
            }
        );
    }

    // Made by hand: packing through descriptors would load them all on the first update.
    private static Message MessageOf(UpdateRequest update, string step, string type, IMessage body) =>
        new()
        {
            Id = $"{update.InstanceId}/{step}",
            ProtocolInstanceId = update.InstanceId,
            Body = new Any { TypeUrl = $"type.googleapis.com/temporal.api.update.v1.{type}", Value = body.ToByteString() },
        };
}

/// <summary>An update on its way to a handler.</summary>
/// <param name="InstanceId">Id of the protocol instance.</param>
/// <param name="MessageId">Id of the message that asked.</param>
/// <param name="SequencingEventId">Event after which it has its place.</param>
/// <param name="Request">What is asked.</param>
internal sealed record UpdateRequest(string InstanceId, string MessageId, long SequencingEventId, Request Request)
{
    public string Id => Request.Meta.UpdateId;

    public string Name => Request.Input.Name;
}
