namespace Temporalio.Workflows;

/// <summary>One change of the memo, for <see cref="Workflow.UpsertMemo"/>.</summary>
public class MemoUpdate
{
    private MemoUpdate(string key, object? value, bool hasValue) => (UntypedKey, UntypedValue, HasValue) = (key, value, hasValue);

    /// <summary>Whether the key is set (true) or removed.</summary>
    public bool HasValue { get; }

    /// <summary>The key.</summary>
    public string UntypedKey { get; }

    /// <summary>The value; null when the key is removed.</summary>
    public object? UntypedValue { get; }

    /// <summary>Sets a key.</summary>
    public static MemoUpdate ValueSet(string key, object value) => new(key, value, hasValue: true);

    /// <summary>Removes a key.</summary>
    public static MemoUpdate ValueUnset(string key) => new(key, value: null, hasValue: false);
}
