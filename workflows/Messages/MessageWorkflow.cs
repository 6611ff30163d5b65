using Temporalio.Converters;

namespace Orchestrator.Workflows.Messages;

/// <summary>What all workflows do with what comes from outside. Their handlers are typed and known only to this class; the SDK is given
/// handlers of raw values. So a message is read before anything acts on it, waits until state is taken up, and can fail nothing but itself:
/// an SDK fails the workflow's task for an exception in a handler, and a signal that does so is in history for good.</summary>
public abstract class MessageWorkflow
{
    private readonly List<(string Kind, MessageHandler Handler)> _handlers = [];
    private string _startFault = "";
    private bool _stateIsTakenUp;

    /// <summary>Type of the failure of a start that can't be read, and of an update or a query like that.</summary>
    public const string InvalidInput = "InvalidInput";

    /// <summary>Type of the failure of a command that can be read and not be done.</summary>
    public const string InvalidCommand = "InvalidCommand";

    /// <summary>All that this workflow takes, for tests that send something to each.</summary>
    internal IReadOnlyList<(string Kind, MessageHandler Handler)> Handlers => _handlers;

    /// <summary>Signals and updates that this execution has taken in.</summary>
    private protected int MessagesTaken { get; private set; }

    /// <summary>Where people see it: a message was dropped, and why.</summary>
    private protected abstract void NoteDropped(string note);

    /// <summary>Handlers may act from now on; what has come before waits until then, in its order.</summary>
    private protected void StateIsTakenUp() => _stateIsTakenUp = true;

    private protected bool IsStateTakenUp => _stateIsTakenUp;

    /// <summary>Takes a signal.</summary>
    private protected void OnSignal(string name, Delegate handler, Func<bool>? ready = null) =>
        OnSignal(new MessageHandler(this, name, handler, refuse: null, ready));

    /// <summary>Takes a command of a person: an update, and a signal of the same name for callers that wait for no answer.</summary>
    private protected void OnCommand(string name, Delegate handler, Delegate? refuse = null, Func<bool>? ready = null)
    {
        var message = new MessageHandler(this, name, handler, refuse, ready);
        _handlers.Add(("update", message));
        Workflow.Updates[name] = WorkflowUpdateDefinition.CreateWithoutAttribute(name, message.UpdateAsync, message.Validate);
        OnSignal(message);
    }

    /// <summary>Answers a query.</summary>
    private protected void OnQuery(string name, Delegate handler)
    {
        var message = new MessageHandler(this, name, handler);
        _handlers.Add(("query", message));
        Workflow.Queries[name] = WorkflowQueryDefinition.CreateWithoutAttribute(name, message.Query);
    }

    /// <summary>Part of every constructor: takes up what the workflow was started with.</summary>
    /// <param name="begin">Takes it, and returns what is wrong with it or null; its parameters say what must be given.</param>
    /// <param name="raw">What was given.</param>
    private protected void TakeStart(Delegate begin, params IReadOnlyList<IRawValue?> raw)
    {
        var start = new MessageHandler(this, "start", begin);
        var (values, fault) = start.Read(raw);
        _startFault = fault.Length > 0 ? fault : (string?)start.Invoke(values) ?? "";
        // Else the SDK would keep for ever what has no handler, in the hope that one is added.
        Workflow.DynamicSignal = WorkflowSignalDefinition.CreateWithoutAttribute(name: null, DropUnknownAsync);
    }

    /// <summary>The first thing a run method does: a start that could not be read fails the run at once, for good.</summary>
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
        // Before there is what it acts on nobody can tell; then the handler looks.
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

    internal object? HandleQuery(MessageHandler handler, IReadOnlyList<IRawValue?> raw)
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
