using System.Reflection;
using Temporalio.Converters;

namespace Orchestrator.Workflows.Messages;

/// <summary>A typed handler behind raw values: the SDK sees only these, so that nothing that was sent can fail a workflow's task.</summary>
/// <param name="workflow">Whose it is.</param>
/// <param name="name">Name of the signal, update or query.</param>
/// <param name="handler">What is done; its parameters say what must be sent.</param>
/// <param name="refuse">Says why it can't be done now, or null; has the same parameters and only looks. Null: it always can.</param>
/// <param name="ready">Whether there is what it acts on; null: as soon as state is taken up.</param>
internal sealed class MessageHandler(
    MessageWorkflow workflow,
    string name,
    Delegate handler,
    Delegate? refuse = null,
    Func<bool>? ready = null
)
{
    private readonly ParameterInfo[] _parameters = handler.Method.GetParameters();

    /// <summary>Name of the signal, update or query.</summary>
    public string Name { get; } = name;

    /// <summary>What must be sent.</summary>
    public IReadOnlyList<ParameterInfo> Parameters => _parameters;

    public bool IsReady => ready?.Invoke() ?? true;

    // One more than any handler takes, so that too many are not lost in silence.
    public Task SignalAsync(IRawValue? first = null, IRawValue? second = null, IRawValue? third = null) =>
        workflow.HandleSignalAsync(this, [first, second, third]);

    public void Validate(IRawValue? first = null, IRawValue? second = null, IRawValue? third = null) =>
        workflow.Validate(this, [first, second, third]);

    public Task<object?> UpdateAsync(IRawValue? first = null, IRawValue? second = null, IRawValue? third = null) =>
        workflow.HandleUpdateAsync(this, [first, second, third]);

    public object? Query(IRawValue? first = null, IRawValue? second = null, IRawValue? third = null) =>
        workflow.HandleQuery(this, [first, second, third]);

    public MessageReading Read(IReadOnlyList<IRawValue?> raw) =>
        MessageReader.Read(_parameters, [.. raw.Take(raw.Count(value => value is not null))]);

    /// <summary>Why it can't be done now; null where it can.</summary>
    public string? Refuse(object?[] values) => refuse is null ? null : (string?)Invoke(refuse, values);

    public object? Invoke(object?[] values) => Invoke(handler, values);

    /// <summary>Does it, and waits for what it answers.</summary>
    public async Task<object?> InvokeAsync(object?[] values)
    {
        var task = (Task)Invoke(handler, values)!;
        await task;
        return task.GetType().GetProperty(nameof(Task<object>.Result))?.GetValue(task);
    }

    private static object? Invoke(Delegate code, object?[] values) =>
        code.Method.Invoke(code.Target, BindingFlags.DoNotWrapExceptions, binder: null, values, culture: null);
}
