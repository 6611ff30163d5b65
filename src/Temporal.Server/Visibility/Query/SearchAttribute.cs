using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>A search attribute.</summary>
/// <param name="Name">Name in queries.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="Column">Name of the storage column; for keyword lists and texts, name of the field under which their terms are
/// stored.</param>
internal sealed record SearchAttribute(string Name, IndexedValueType Type, string Column)
{
    /// <summary>True if the attribute's values are stored as terms. A run can have several terms for such an attribute.</summary>
    public bool IsMultiValued => Type is IndexedValueType.Text or IndexedValueType.KeywordList;

    /// <summary>Name of the type in payload metadata and messages.</summary>
    public string TypeName => NameOf(Type);

    /// <summary>Returns the name of a type in payload metadata and messages.</summary>
    public static string NameOf(IndexedValueType type) =>
        type switch
        {
            IndexedValueType.Text => "Text",
            IndexedValueType.Keyword => "Keyword",
            IndexedValueType.Int => "Int",
            IndexedValueType.Double => "Double",
            IndexedValueType.Bool => "Bool",
            IndexedValueType.Datetime => "Datetime",
            IndexedValueType.KeywordList => "KeywordList",
            _ => "Unspecified",
        };
}
