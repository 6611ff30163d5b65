using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>A change of one search attribute of the running workflow.</summary>
public abstract class SearchAttributeUpdate
{
    private protected SearchAttributeUpdate(bool hasValue) => HasValue = hasValue;

    /// <summary>Whether the attribute is set (true) or removed (false).</summary>
    public bool HasValue { get; }

    /// <summary>The attribute's key.</summary>
    public abstract SearchAttributeKey UntypedKey { get; }

    /// <summary>The new value; null when the attribute is removed.</summary>
    public abstract object? UntypedValue { get; }

    /// <summary>Sets an attribute.</summary>
    public static SearchAttributeUpdate<T> ValueSet<T>(SearchAttributeKey<T> key, T value)
        where T : notnull => new(key, hasValue: true, value);

    /// <summary>Removes an attribute.</summary>
    public static SearchAttributeUpdate<T> ValueUnset<T>(SearchAttributeKey<T> key)
        where T : notnull => new(key, hasValue: false, default!);
}

/// <summary>A change of one search attribute of a known type.</summary>
/// <typeparam name="T">.NET type of the attribute.</typeparam>
public sealed class SearchAttributeUpdate<T> : SearchAttributeUpdate
    where T : notnull
{
    private readonly T _value;

    internal SearchAttributeUpdate(SearchAttributeKey<T> key, bool hasValue, T value)
        : base(hasValue)
    {
        Key = key;
        _value = value;
    }

    /// <summary>The attribute's key.</summary>
    public SearchAttributeKey<T> Key { get; }

    /// <inheritdoc />
    public override SearchAttributeKey UntypedKey => Key;

    /// <inheritdoc />
    public override object? UntypedValue => HasValue ? _value : null;

    /// <summary>The new value.</summary>
    /// <exception cref="InvalidOperationException">The update removes the attribute.</exception>
    public T Value =>
        HasValue
            ? _value
            : throw new InvalidOperationException($"The update of search attribute '{Key.Name}' removes it and has no value.");
}
