using Temporalio.Api.Enums.V1;
using Temporalio.Workflows;

namespace Temporalio.Common;

/// <summary>A search attribute key whose values are of type <typeparamref name="T" />.</summary>
/// <typeparam name="T">.NET type of the values.</typeparam>
public sealed class SearchAttributeKey<T> : SearchAttributeKey
    where T : notnull
{
    internal SearchAttributeKey(string name, IndexedValueType valueType)
        : base(name, valueType) { }

    /// <summary>An update that sets this attribute, for use in a workflow.</summary>
    public SearchAttributeUpdate<T> ValueSet(T value) => SearchAttributeUpdate.ValueSet(this, value);

    /// <summary>An update that removes this attribute, for use in a workflow.</summary>
    public SearchAttributeUpdate<T> ValueUnset() => SearchAttributeUpdate.ValueUnset(this);
}
