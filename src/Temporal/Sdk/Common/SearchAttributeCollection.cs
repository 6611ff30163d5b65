using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Temporalio.Api.Common.V1;

namespace Temporalio.Common;

/// <summary>Search attributes of a workflow or schedule, typed and immutable.</summary>
public sealed class SearchAttributeCollection : IReadOnlyCollection<SearchAttributeKey>
{
    /// <summary>No attributes.</summary>
    public static readonly SearchAttributeCollection Empty = new(new());

    private readonly SortedDictionary<SearchAttributeKey, object> _values;

    private SearchAttributeCollection(SortedDictionary<SearchAttributeKey, object> values) => _values = values;

    /// <inheritdoc />
    public int Count => _values.Count;

    /// <summary>All keys with their values.</summary>
    public IReadOnlyDictionary<SearchAttributeKey, object> UntypedValues => _values;

    /// <summary>Reads attributes from the wire; those without a value or of an unknown type are left out.</summary>
    public static SearchAttributeCollection FromProto(SearchAttributes searchAttributes)
    {
        var values = new SortedDictionary<SearchAttributeKey, object>();
        foreach (var (name, payload) in searchAttributes.IndexedFields)
        {
            if (SearchAttributePayloads.FromPayload(name, payload) is { } pair)
            {
                values[pair.Key] = pair.Value;
            }
        }

        return values.Count == 0 ? Empty : new(values);
    }

    /// <summary>Writes the attributes for the wire.</summary>
    public SearchAttributes ToProto()
    {
        var proto = new SearchAttributes();
        foreach (var (key, value) in _values)
        {
            proto.IndexedFields[key.Name] = SearchAttributePayloads.ToPayload(key, value);
        }

        return proto;
    }

    /// <summary>Whether there is a value for this key.</summary>
    public bool ContainsKey<T>(SearchAttributeKey<T> key)
        where T : notnull => _values.ContainsKey(key);

    /// <summary>Whether there is a value of any type under this name.</summary>
    public bool ContainsKey(string key) => _values.Keys.Any(other => other.Name == key);

    /// <summary>The value of a key.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public T Get<T>(SearchAttributeKey<T> key)
        where T : notnull =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no search attribute {key}.");

    /// <summary>The value of a key, if there is one.</summary>
    public bool TryGetValue<T>(SearchAttributeKey<T> key, [MaybeNullWhen(false)] out T value)
        where T : notnull
    {
        var found = _values.TryGetValue(key, out var untyped);
        value = found ? (T)untyped! : default;
        return found;
    }

    /// <inheritdoc />
    public IEnumerator<SearchAttributeKey> GetEnumerator() => _values.Keys.GetEnumerator();

    /// <inheritdoc />
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Collects attributes; there is one value per name.</summary>
    public sealed class Builder
    {
        private readonly Dictionary<string, (SearchAttributeKey Key, object Value)> _values = [];

        /// <summary>Begins empty.</summary>
        public Builder() { }

        /// <summary>Begins with the given attributes.</summary>
        public Builder(SearchAttributeCollection searchAttributes) => Set(searchAttributes);

        /// <summary>Sets one attribute, replacing any of the same name.</summary>
        public Builder Set<T>(SearchAttributeKey<T> key, T value)
            where T : notnull
        {
            _values[key.Name] = (key, value);
            return this;
        }

        /// <summary>Sets all attributes of a collection.</summary>
        public Builder Set(SearchAttributeCollection searchAttributes)
        {
            foreach (var (key, value) in searchAttributes.UntypedValues)
            {
                _values[key.Name] = (key, value);
            }

            return this;
        }

        /// <summary>Removes an attribute.</summary>
        public Builder Unset(SearchAttributeKey key) => Unset(key.Name);

        /// <summary>Removes an attribute by name.</summary>
        public Builder Unset(string name)
        {
            _values.Remove(name);
            return this;
        }

        /// <summary>The attributes collected so far.</summary>
        public SearchAttributeCollection ToSearchAttributeCollection()
        {
            if (_values.Count == 0)
            {
                return Empty;
            }

            var values = new SortedDictionary<SearchAttributeKey, object>();
            foreach (var (key, value) in _values.Values)
            {
                values[key] = value;
            }

            return new(values);
        }
    }
}
