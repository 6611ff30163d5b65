using System.Reflection;
using Temporalio.Converters;

namespace Orchestrator.Workflows.Messages;

/// <summary>A typed handler behind raw values: the SDK sees only these, so that nothing that was sent can fail a workflow's task.</summary>
/// <param name="workflow">The workflow it belongs to.</param>
/// <param name="name">Name of the signal, update or query.</param>
/// <param name="handler">The code to run; its parameters define the arguments.</param>
/// <param name="refuse">Returns why it can't be run now, or null; has the same parameters and changes nothing. Null: it always can.</param>
/// <param name="ready">Whether the state that it acts on is loaded; null: as soon as the state is restored.</param>
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

    /// <summary>The arguments that must be sent.</summary>
    public IReadOnlyList<ParameterInfo> Parameters => _parameters;

    public bool IsReady => ready?.Invoke() ?? true;

    // One parameter more than any handler takes, so that surplus arguments are detected.
    public Task SignalAsync(IRawValue? first = null, IRawValue? second = null, IRawValue? third = null) =>
        workflow.HandleSignalAsync(this, [first, second, third]);

    public void Validate(IRawValue? first = null, IRawValue? second = null, IRawValue? third = null) =>
        workflow.Validate(this, [first, second, third]);

    public Task<object?> UpdateAsync(IRawValue? first = null, IRawValue? second = null, IRawValue? third = null) =>
        workflow.HandleUpdateAsync(this, [first, second, third]);

    public object? Query(IRawValue? first = null, IRawValue? second = null, IRawValue? third = null) =>
        MessageWorkflow.HandleQuery(this, [first, second, third]);

    public MessageReading Read(IReadOnlyList<IRawValue?> raw) =>
        MessageReader.Read(_parameters, [.. raw.Take(raw.Count(value => value is not null))]);

    /// <summary>Why it can't be run now; null where it can.</summary>
    public string? Refuse(object?[] values) => refuse is null ? null : (string?)Invoke(refuse, values);

    public object? Invoke(object?[] values) => Invoke(handler, values);

    /// <summary>Runs the handler and waits for its result.</summary>
    public async Task<object?> InvokeAsync(object?[] values)
    {
        var task = (Task)Invoke(handler, values)!;
        await task;
        return task.GetType().GetProperty(nameof(Task<object>.Result))?.GetValue(task);
    }

    private static object? Invoke(Delegate code, object?[] values) =>
        code.Method.Invoke(code.Target, BindingFlags.DoNotWrapExceptions, binder: null, values, culture: null);
}
