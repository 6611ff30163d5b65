using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>The handlers of one run: those of its class, and those it adds.</summary>
internal sealed class WorkflowHandlers(WorkflowDefinition definition, IPayloadConverter converter, Action signalHandlerAdded)
{
    public HandlerMap<WorkflowSignalDefinition> Signals { get; } =
        new("Signal", definition.Signals, signal => signal.Name, signalHandlerAdded);

    public HandlerMap<WorkflowQueryDefinition> Queries { get; } = new("Query", definition.Queries, query => query.Name);

    public HandlerMap<WorkflowUpdateDefinition> Updates { get; } = new("Update", definition.Updates, update => update.Name);

    public WorkflowSignalDefinition? DynamicSignal
    {
        get;
        set
        {
            field = RequireDynamic(value, "Signal", value?.Name);
            signalHandlerAdded();
        }
    } = definition.DynamicSignal;

    public WorkflowQueryDefinition? DynamicQuery
    {
        get;
        set => field = RequireDynamic(value, "Query", value?.Name);
    } = definition.DynamicQuery;

    public WorkflowUpdateDefinition? DynamicUpdate
    {
        get;
        set => field = RequireDynamic(value, "Update", value?.Name);
    } = definition.DynamicUpdate;

    /// <summary>Names that belong to the SDK never reach a dynamic handler.</summary>
    public static bool IsReserved(string name) =>
        name.StartsWith("__temporal_", StringComparison.Ordinal)
        || name is QueryDispatcher.StackTraceQuery or QueryDispatcher.EnhancedStackTraceQuery;

    /// <summary>The arguments for a handler; one of all names gets the name and the values as they came.</summary>
    /// <param name="kind">What is handled, for messages.</param>
    public object?[] Decode(HandlerMethod handler, bool dynamic, string kind, string name, Payloads? payloads) =>
        dynamic
            ? HandlerMethod.DecodeDynamic(name, payloads?.Payloads_ ?? [])
            : handler.Decode($"{kind} {name}", payloads?.Payloads_ ?? [], converter);

    private static T? RequireDynamic<T>(T? handler, string kind, string? name)
        where T : class =>
        name is null ? handler : throw new ArgumentException($"{kind} {name} is not dynamic, and cannot be the handler of all others.");
}

/// <summary>Handlers by name. The class's own map is shared by all runs until a run changes its copy.</summary>
/// <param name="kind">What is handled, for messages.</param>
/// <param name="original">The class's.</param>
/// <param name="nameOf">The name that a handler has itself; null when it is dynamic.</param>
/// <param name="added">Told when there is one more.</param>
internal sealed class HandlerMap<T>(string kind, IReadOnlyDictionary<string, T> original, Func<T, string?> nameOf, Action? added = null)
    : IDictionary<string, T>
{
    private Dictionary<string, T>? _own;

    public ICollection<string> Keys => [.. Current.Keys];

    public ICollection<T> Values => [.. Current.Values];

    public int Count => Current.Count;

    public bool IsReadOnly => false;

    private IReadOnlyDictionary<string, T> Current => _own ?? original;

    public T this[string key]
    {
        get => Current[key];
        set
        {
            Check(key, value);
            Own()[key] = value;
            added?.Invoke();
        }
    }

    public void Add(string key, T value)
    {
        Check(key, value);
        Own().Add(key, value);
        added?.Invoke();
    }

    public void Add(KeyValuePair<string, T> item) => Add(item.Key, item.Value);

    public bool Remove(string key) => Own().Remove(key);

    public bool Remove(KeyValuePair<string, T> item) => ((ICollection<KeyValuePair<string, T>>)Own()).Remove(item);

    public void Clear() => Own().Clear();

    public bool ContainsKey(string key) => Current.ContainsKey(key);

    public bool Contains(KeyValuePair<string, T> item) => Current.Contains(item);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => Current.TryGetValue(key, out value);

    public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex)
    {
        foreach (var item in Current)
        {
            array[arrayIndex++] = item;
        }
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => Current.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Check(string key, T value)
    {
        var name = nameOf(value) ?? throw new ArgumentException($"{kind} {key} is dynamic, and cannot be the handler of one name.");
        if (name != key)
        {
            throw new ArgumentException($"{kind} {key} doesn't match definition name {name}");
        }
    }

    private Dictionary<string, T> Own() => _own ??= new(original, StringComparer.Ordinal);
}
