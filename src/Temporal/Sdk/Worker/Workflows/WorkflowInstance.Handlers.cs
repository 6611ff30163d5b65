using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <content>Signals and updates.</content>
internal sealed partial class WorkflowInstance
{
    private readonly LinkedList<HandlerRun> _running = new();
    private readonly AsyncLocal<WorkflowUpdateInfo?> _currentUpdate = new();
    private List<WorkflowExecutionSignaledEventAttributes>? _bufferedSignals;
    private List<Message>? _rejections;

    public WorkflowHandlers Handlers { get; }

    public bool AllHandlersFinished => _running.Count == 0;

    public WorkflowUpdateInfo? CurrentUpdateInfo => _currentUpdate.Value;

    /// <summary>Messages that turn updates away; they have no place among the commands.</summary>
    public List<Message> TakeRejections() => Interlocked.Exchange(ref _rejections, null) ?? [];

    public void SetDynamicSignal(WorkflowSignalDefinition? definition)
    {
        Handlers.DynamicSignal = definition;
        DeliverBufferedSignals();
    }

    /// <summary>A signal has come: its handler is queued, or it waits for a handler.</summary>
    public void Signal(WorkflowExecutionSignaledEventAttributes signal)
    {
        if (SignalHandlerOf(signal.SignalName) is { } definition)
        {
            Scheduler.Queue(() => RunSignalAsync(signal, definition));
        }
        else
        {
            (_bufferedSignals ??= []).Add(signal);
        }
    }

    /// <summary>An update has come: its validator and handler are queued.</summary>
    /// <param name="update">The update.</param>
    /// <param name="accepted">Whether history says already that it was accepted.</param>
    public void Update(UpdateRequest update, bool accepted) => Scheduler.Queue(() => RunUpdateAsync(update, accepted));

    private WorkflowSignalDefinition? SignalHandlerOf(string name) =>
        Handlers.Signals.TryGetValue(name, out var definition) ? definition
        : IsReserved(name) ? null
        : Handlers.DynamicSignal;

    /// <summary>Names that belong to the SDK never reach a dynamic handler.</summary>
    private static bool IsReserved(string name) =>
        name.StartsWith("__temporal_", StringComparison.Ordinal) || name is StackTraceQuery or EnhancedStackTraceQuery;

    private void DeliverBufferedSignals()
    {
        if (_bufferedSignals is { } waiting)
        {
            _bufferedSignals = null;
            foreach (var signal in waiting)
            {
                Signal(signal);
            }
        }
    }

    private async Task RunSignalAsync(WorkflowExecutionSignaledEventAttributes signal, WorkflowSignalDefinition definition)
    {
        object?[] arguments;
        try
        {
            arguments = Decode(definition.Handler, definition.Dynamic, "Signal", signal.SignalName, signal.Input);
        }
        catch (Exception e)
        {
            // One bad signal must not stop a workflow for good.
            Log.SignalDropped(Logger, signal.SignalName, e);
            return;
        }

        var run = _running.AddLast(new HandlerRun("signal", signal.SignalName, Id: null, definition.UnfinishedPolicy));
        try
        {
            await _inbound.HandleSignalAsync(new(signal.SignalName, definition, arguments, signal.Header?.Fields));
        }
        catch (Exception e)
        {
            EndStrandWith(e);
        }
        finally
        {
            _running.Remove(run);
        }
    }

    private async Task RunUpdateAsync(UpdateRequest update, bool accepted)
    {
        _currentUpdate.Value = new(update.Id, update.Name);
        if (!Handlers.Updates.TryGetValue(update.Name, out var definition) && !IsReserved(update.Name))
        {
            definition = Handlers.DynamicUpdate;
        }

        Interceptors.HandleUpdateInput input;
        try
        {
            if (definition is null)
            {
                throw new InvalidOperationException(
                    $"Update handler for {update.Name} expected but not found, known updates: "
                        + $"[{string.Join(" ", Handlers.Updates.Keys.Order(StringComparer.OrdinalIgnoreCase))}]"
                );
            }

            input = new(
                update.Id,
                update.Name,
                definition,
                Decode(definition.Handler, definition.Dynamic, "Update", update.Name, update.Request.Input.Args),
                update.Request.Input.Header?.Fields
            );
            if (!accepted && definition.Validator is not null)
            {
                ReadOnly($"Update validator for {update.Name}", () => _inbound.ValidateUpdate(input));
            }
        }
        catch (Exception e) when (!accepted && e is not ReadOnlyWorkflowException)
        {
            Reject(update, ToFailure(e));
            return;
        }
        catch (Exception e)
        {
            // Its validator acted, or history says that it was accepted and the code that handled it is gone: the task must fail.
            _taskFailure ??= e;
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
        var run = _running.AddLast(new HandlerRun("update", update.Name, update.Id, definition.UnfinishedPolicy));
        var outcome = new Outcome();
        try
        {
            var value = await _inbound.HandleUpdateAsync(input);
            outcome.Success =
                definition.Handler.ResultType == typeof(void) && value is null
                    ? new()
                    : new() { Payloads_ = { PayloadConverter.ToPayload(value) } };
        }
        catch (Exception e) when (e is not ContinueAsNewException && IsFailure(e))
        {
            outcome.Failure = ToFailure(e);
        }
        catch (ContinueAsNewException)
        {
            _taskFailure ??= new InvalidWorkflowOperationException(
                $"Continue as new: update handler {update.Name} continued as new, which only the workflow's main method and signal "
                    + "handlers may do."
            );
            return;
        }
        catch (Exception e)
        {
            EndStrandWith(e);
            return;
        }
        finally
        {
            _running.Remove(run);
        }

        Answer(update, "complete", "Response", new Response { Meta = update.Request.Meta, Outcome = outcome });
    }

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
        Commands.Issue(
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

    private object?[] Decode(HandlerMethod handler, bool dynamic, string kind, string name, Payloads? payloads) =>
        dynamic
            ? HandlerMethod.DecodeDynamic(name, payloads?.Payloads_ ?? [])
            : handler.Decode($"{kind} {name}", payloads?.Payloads_ ?? [], PayloadConverter);

    private void ReadOnly(string code, Action action)
    {
        var random = Random;
        Random = random.Fork();
        try
        {
            Looking(
                code,
                () =>
                {
                    action();
                    return true;
                }
            );
        }
        finally
        {
            Random = random;
        }
    }

    /// <summary>Runs code that may look at the workflow but not act.</summary>
    /// <param name="name">What it is, for the message when it acts.</param>
    /// <param name="code">The code.</param>
    private T Looking<T>(string name, Func<T> code)
    {
        var before = _lookingCode;
        _lookingCode = name;
        try
        {
            return code();
        }
        finally
        {
            _lookingCode = before;
        }
    }

    private void WarnOfUnfinishedHandlers()
    {
        if (IsReplaying)
        {
            return;
        }

        var unfinished = _running
            .Where(r => r.Policy == HandlerUnfinishedPolicy.WarnAndAbandon)
            .Select(r => r.Id is null ? $"{r.Kind} {r.Name}" : $"{r.Kind} {r.Name} ({r.Id})")
            .ToList();
        if (unfinished.Count > 0)
        {
            Log.UnfinishedHandlers(Logger, Info.WorkflowId, string.Join(", ", unfinished));
        }
    }

    private sealed record HandlerRun(string Kind, string Name, string? Id, HandlerUnfinishedPolicy Policy);
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
