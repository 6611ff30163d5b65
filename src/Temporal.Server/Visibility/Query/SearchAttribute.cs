using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>One searchable attribute.</summary>
/// <param name="Name">The name in queries.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="Column">Name of the storage column; for keyword lists and texts, of the field that their terms are kept under.</param>
internal sealed record SearchAttribute(string Name, IndexedValueType Type, string Column)
{
    /// <summary>True if its values are kept as terms, of which a run can have several.</summary>
    public bool IsMultiValued => Type is IndexedValueType.Text or IndexedValueType.KeywordList;

    /// <summary>The name of the type as payload metadata and messages show it.</summary>
    public string TypeName => NameOf(Type);

    /// <summary>The name of a type as payload metadata and messages show it.</summary>
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
