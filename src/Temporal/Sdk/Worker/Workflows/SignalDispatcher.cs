using Temporalio.Api.History.V1;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>Brings signals to their handlers; those without one wait until one is added.</summary>
internal sealed class SignalDispatcher(WorkflowInstance instance)
{
    private List<WorkflowExecutionSignaledEventAttributes>? _buffered;

    /// <summary>A signal has come: its handler is queued, or it waits for a handler.</summary>
    public void Dispatch(WorkflowExecutionSignaledEventAttributes signal)
    {
        if (HandlerOf(signal.SignalName) is { } definition)
        {
            instance.Scheduler.Queue(() => RunAsync(signal, definition));
        }
        else
        {
            (_buffered ??= []).Add(signal);
        }
    }

    /// <summary>There is a handler more: signals that waited may have one now.</summary>
    public void DeliverBuffered()
    {
        if (_buffered is { } waiting)
        {
            _buffered = null;
            foreach (var signal in waiting)
            {
                Dispatch(signal);
            }
        }
    }

    private WorkflowSignalDefinition? HandlerOf(string name) =>
        instance.Handlers.Signals.TryGetValue(name, out var definition) ? definition
        : WorkflowHandlers.IsReserved(name) ? null
        : instance.Handlers.DynamicSignal;

    private async Task RunAsync(WorkflowExecutionSignaledEventAttributes signal, WorkflowSignalDefinition definition)
    {
        object?[] arguments;
        try
        {
            arguments = instance.Handlers.Decode(definition.Handler, definition.Dynamic, "Signal", signal.SignalName, signal.Input);
        }
        catch (Exception e)
        {
            // One bad signal must not stop a workflow for good.
            Log.SignalDropped(instance.Logger, signal.SignalName, e);
            return;
        }

        using var running = instance.RunningHandlers.Begin("signal", signal.SignalName, id: null, definition.UnfinishedPolicy);
        try
        {
            await instance.Inbound.HandleSignalAsync(new(signal.SignalName, definition, arguments, signal.Header?.Fields));
        }
        catch (Exception e)
        {
            instance.Completion.EndStrandWith(e);
        }
    }
}
