using Temporalio.Converters;

namespace Orchestrator.Workflows.Messages;

/// <summary>How all workflows handle what comes from outside. Typed handlers are known only to this class; the SDK gets handlers of raw
/// values. So a message is validated before it is handled, waits until the state is restored, and can fail nothing but itself: the SDK
/// would fail the workflow task for an exception in a handler, and a signal that causes one is in history for good.</summary>
public abstract class MessageWorkflow
{
    private readonly List<(string Kind, MessageHandler Handler)> _handlers = [];
    private string _startFault = "";
    private bool _stateIsTakenUp;

    /// <summary>Failure type of a start, update or query that can't be read.</summary>
    public const string InvalidInput = "InvalidInput";

    /// <summary>Failure type of a command that is valid but can't be carried out.</summary>
    public const string InvalidCommand = "InvalidCommand";

    /// <summary>All handlers of this workflow, for tests that send messages to each.</summary>
    internal IReadOnlyList<(string Kind, MessageHandler Handler)> Handlers => _handlers;

    /// <summary>Signals and updates that this execution has received.</summary>
    private protected int MessagesTaken { get; private set; }

    /// <summary>Records for people that a message was dropped, and why.</summary>
    private protected abstract void NoteDropped(string note);

    /// <summary>Lets handlers act from now on; earlier messages were queued and are handled in order.</summary>
    private protected void StateIsTakenUp() => _stateIsTakenUp = true;

    private protected bool IsStateTakenUp => _stateIsTakenUp;

    /// <summary>Registers a signal.</summary>
    private protected void OnSignal(string name, Delegate handler, Func<bool>? ready = null) =>
        OnSignal(new MessageHandler(this, name, handler, refuse: null, ready));

    /// <summary>Registers a command of a person: an update, and a signal of the same name for callers that wait for no answer.</summary>
    private protected void OnCommand(string name, Delegate handler, Delegate? refuse = null, Func<bool>? ready = null)
    {
        var message = new MessageHandler(this, name, handler, refuse, ready);
        _handlers.Add(("update", message));
        Workflow.Updates[name] = WorkflowUpdateDefinition.CreateWithoutAttribute(name, message.UpdateAsync, message.Validate);
        OnSignal(message);
    }

    /// <summary>Registers a query.</summary>
    private protected void OnQuery(string name, Delegate handler)
    {
        var message = new MessageHandler(this, name, handler);
        _handlers.Add(("query", message));
        Workflow.Queries[name] = WorkflowQueryDefinition.CreateWithoutAttribute(name, message.Query);
    }

    /// <summary>Part of every constructor: reads the start input.</summary>
    /// <param name="begin">Takes the input, and returns what is wrong with it or null; its parameters define the arguments.</param>
    /// <param name="raw">What was given.</param>
    private protected void TakeStart(Delegate begin, params IReadOnlyList<IRawValue?> raw)
    {
        var start = new MessageHandler(this, "start", begin);
        var (values, fault) = start.Read(raw);
        _startFault = fault.Length > 0 ? fault : (string?)start.Invoke(values) ?? "";
        // Otherwise the SDK would buffer signals without a handler for ever.
        Workflow.DynamicSignal = WorkflowSignalDefinition.CreateWithoutAttribute(name: null, DropUnknownAsync);
    }

    /// <summary>Called first by the run method: a start that could not be read fails the run at once, without retry.</summary>
    private protected void RefuseUnreadableStart()
    {
        if (_startFault.Length > 0)
        {
            throw Invalid($"The input can't be read. {_startFault}", InvalidInput);
        }
    }

    internal async Task HandleSignalAsync(MessageHandler handler, IReadOnlyList<IRawValue?> raw)
    {
        try
        {
            await UntilReadyAsync(handler);
            var (values, fault) = handler.Read(raw);
            if (fault.Length > 0)
            {
                NoteDropped($"the signal '{handler.Name}' was dropped: {fault}");
            }
            else if (handler.Refuse(values) is { } refused)
            {
                NoteDropped($"a command was refused: {refused}");
            }
            else
            {
                await handler.InvokeAsync(values);
            }
        }
        catch (ApplicationFailureException refused)
        {
            NoteDropped($"a command was refused: {refused.Message}");
        }
        catch (Exception unexpected)
        {
            Workflow.Logger.HandlerFailed(handler.Name, unexpected);
            NoteDropped($"the signal '{handler.Name}' failed, which is a fault of ours, and was dropped: {unexpected.Message}");
        }
    }

    internal void Validate(MessageHandler handler, IReadOnlyList<IRawValue?> raw)
    {
        var (values, fault) = handler.Read(raw);
        if (fault.Length > 0)
        {
            throw Invalid($"{handler.Name}: {fault}", InvalidInput);
        }
        // Validation needs the run's state; before it is restored the handler validates.
        if (_stateIsTakenUp && handler.IsReady && handler.Refuse(values) is { } refused)
        {
            throw Invalid(refused, InvalidCommand);
        }
    }

    internal async Task<object?> HandleUpdateAsync(MessageHandler handler, IReadOnlyList<IRawValue?> raw)
    {
        try
        {
            await UntilReadyAsync(handler);
            var (values, fault) = handler.Read(raw);
            if (fault.Length > 0)
            {
                throw Invalid($"{handler.Name}: {fault}", InvalidInput);
            }
            if (handler.Refuse(values) is { } refused)
            {
                throw Invalid(refused, InvalidCommand);
            }
            return await handler.InvokeAsync(values);
        }
        catch (Exception unexpected) when (unexpected is not ApplicationFailureException)
        {
            Workflow.Logger.HandlerFailed(handler.Name, unexpected);
            NoteDropped($"the command '{handler.Name}' failed, which is a fault of ours: {unexpected.Message}");
            throw Invalid($"{handler.Name} failed, which is a fault of ours: {unexpected.Message}", InvalidCommand);
        }
    }

    internal static object? HandleQuery(MessageHandler handler, IReadOnlyList<IRawValue?> raw)
    {
        var (values, fault) = handler.Read(raw);
        return fault.Length > 0 ? throw Invalid($"{handler.Name}: {fault}", InvalidInput) : handler.Invoke(values);
    }

    private void OnSignal(MessageHandler handler)
    {
        _handlers.Add(("signal", handler));
        Workflow.Signals[handler.Name] = WorkflowSignalDefinition.CreateWithoutAttribute(handler.Name, handler.SignalAsync);
    }

    private async Task DropUnknownAsync(string name, IRawValue[] values)
    {
        if (!_stateIsTakenUp)
        {
            await Workflow.WaitConditionAsync(() => _stateIsTakenUp, CancellationToken.None);
        }
        var known = string.Join(", ", Workflow.Signals.Keys.Order(StringComparer.Ordinal));
        NoteDropped($"there is no signal {MessageFaults.Quote(name)}; it was dropped. Known are {known}.");
    }

    private async Task UntilReadyAsync(MessageHandler handler)
    {
        if (!_stateIsTakenUp || !handler.IsReady)
        {
            await Workflow.WaitConditionAsync(() => _stateIsTakenUp && handler.IsReady, CancellationToken.None);
        }
        MessagesTaken++;
    }

    private static ApplicationFailureException Invalid(string message, string type) => new(message, type, nonRetryable: true);
}
