using Temporalio.Api.Enums.V1;

namespace Temporalio.Common;

/// <summary>Name and type of a search attribute. Two keys are equal when both are.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1036", Justification = "The official shape.")]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "MA0096", Justification = "The official shape.")]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "MA0097", Justification = "The official shape.")]
public abstract class SearchAttributeKey : IComparable<SearchAttributeKey>
{
    private protected SearchAttributeKey(string name, IndexedValueType valueType)
    {
        Name = name;
        ValueType = valueType;
    }

    /// <summary>Name as registered at the server.</summary>
    public string Name { get; }

    /// <summary>Type as registered at the server.</summary>
    public IndexedValueType ValueType { get; }

    /// <summary>A truth value.</summary>
    public static SearchAttributeKey<bool> CreateBool(string name) => new(name, IndexedValueType.Bool);

    /// <summary>A point in time.</summary>
    public static SearchAttributeKey<DateTimeOffset> CreateDateTimeOffset(string name) => new(name, IndexedValueType.Datetime);

    /// <summary>A floating point number.</summary>
    public static SearchAttributeKey<double> CreateDouble(string name) => new(name, IndexedValueType.Double);

    /// <summary>A text that is matched as a whole.</summary>
    public static SearchAttributeKey<string> CreateKeyword(string name) => new(name, IndexedValueType.Keyword);

    /// <summary>A set of texts, each matched as a whole.</summary>
    public static SearchAttributeKey<IReadOnlyCollection<string>> CreateKeywordList(string name) => new(name, IndexedValueType.KeywordList);

    /// <summary>A whole number.</summary>
    public static SearchAttributeKey<long> CreateLong(string name) => new(name, IndexedValueType.Int);

    /// <summary>A text that is searched by words.</summary>
    public static SearchAttributeKey<string> CreateText(string name) => new(name, IndexedValueType.Text);

    /// <summary>Order by name, then by type.</summary>
    public int CompareTo(SearchAttributeKey? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byName = string.CompareOrdinal(Name, other.Name);
        return byName != 0 ? byName : ValueType.CompareTo(other.ValueType);
    }

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is SearchAttributeKey other && Name == other.Name && ValueType == other.ValueType;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, ValueType);

    /// <inheritdoc />
    public override string ToString() => $"{Name} ({ValueType})";
}
