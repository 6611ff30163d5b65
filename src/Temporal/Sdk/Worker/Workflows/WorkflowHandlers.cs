using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>The handlers of one run: those of its class, and those it adds.</summary>
internal sealed class WorkflowHandlers(WorkflowDefinition definition, Action signalHandlerAdded)
{
    public HandlerMap<WorkflowSignalDefinition> Signals { get; } = new(definition.Signals, signalHandlerAdded);

    public HandlerMap<WorkflowQueryDefinition> Queries { get; } = new(definition.Queries);

    public HandlerMap<WorkflowUpdateDefinition> Updates { get; } = new(definition.Updates);

    public WorkflowSignalDefinition? DynamicSignal { get; set; } = definition.DynamicSignal;

    public WorkflowQueryDefinition? DynamicQuery { get; set; } = definition.DynamicQuery;

    public WorkflowUpdateDefinition? DynamicUpdate { get; set; } = definition.DynamicUpdate;
}

/// <summary>Handlers by name. The class's own map is shared by all runs until a run changes its copy.</summary>
internal sealed class HandlerMap<T>(IReadOnlyDictionary<string, T> original, Action? added = null) : IDictionary<string, T>
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
            Own()[key] = value;
            added?.Invoke();
        }
    }

    public void Add(string key, T value)
    {
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

    private Dictionary<string, T> Own() => _own ??= new(original, StringComparer.Ordinal);
}
