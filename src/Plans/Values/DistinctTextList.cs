using System.Collections;
using System.Text.Json;

namespace Orchestrator.Plans;

/// <summary>
/// List of distinct strings. Two lists with the same strings in the same order are equal, so that gates can be compared member by member.
/// </summary>
[JsonConverter(typeof(DistinctTextListJsonConverter))]
public sealed class DistinctTextList : IReadOnlyList<string>, IEquatable<DistinctTextList>
{
    private readonly string[] _texts;

    private DistinctTextList(string[] texts) => _texts = texts;

    /// <summary>Creates a list of the distinct strings, or returns null if there are none.</summary>
    public static DistinctTextList? Of(IEnumerable<string> texts) =>
        texts.Distinct(StringComparer.Ordinal).ToArray() is { Length: > 0 } some ? new DistinctTextList(some) : null;

    /// <inheritdoc/>
    public int Count => _texts.Length;

    /// <inheritdoc/>
    public string this[int index] => _texts[index];

    /// <inheritdoc/>
    public bool Equals(DistinctTextList? other) => other is not null && _texts.SequenceEqual(other._texts, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DistinctTextList);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (var text in _texts)
        {
            hash.Add(text, StringComparer.Ordinal);
        }
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => _texts.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Serializes a list of distinct strings as a JSON array.</summary>
public sealed class DistinctTextListJsonConverter : JsonConverter<DistinctTextList>
{
    /// <inheritdoc/>
    public override DistinctTextList? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("A list of strings is expected.");
        }
        List<string> texts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.GetString() ?? "");
        }
        return DistinctTextList.Of(texts);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DistinctTextList value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var text in value)
        {
            writer.WriteStringValue(text);
        }
        writer.WriteEndArray();
    }
}
