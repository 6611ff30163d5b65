using System.Collections;
using System.Text.Json;

namespace Orchestrator.Plans;

/// <summary>Commands of the gates whose outputs a gate starts with. Equal by content because gates are compared by their
/// members.</summary>
[JsonConverter(typeof(GateNeedsConverter))]
public sealed class GateNeeds : IReadOnlyList<string>, IEquatable<GateNeeds>
{
    private readonly string[] _commands;

    private GateNeeds(string[] commands) => _commands = commands;

    /// <summary>Creates the list without duplicates, or returns null if it is empty.</summary>
    /// <param name="commands">Commands of the needed gates.</param>
    public static GateNeeds? Of(IEnumerable<string> commands) =>
        commands.Distinct(StringComparer.Ordinal).ToArray() is { Length: > 0 } some ? new GateNeeds(some) : null;

    /// <inheritdoc/>
    public int Count => _commands.Length;

    /// <inheritdoc/>
    public string this[int index] => _commands[index];

    /// <summary>True if the gate is one of the needed gates.</summary>
    public bool Contain(Gate gate) => _commands.Any(command => GateIdentity.Of(command) == gate.Identity.Command);

    /// <inheritdoc/>
    public bool Equals(GateNeeds? other) => other is not null && _commands.SequenceEqual(other._commands, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GateNeeds);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (var command in _commands)
        {
            hash.Add(command, StringComparer.Ordinal);
        }
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => _commands.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Serializes needed gates as a list of commands.</summary>
public sealed class GateNeedsConverter : JsonConverter<GateNeeds>
{
    /// <inheritdoc/>
    public override GateNeeds? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("The gates that a gate needs are a list of commands.");
        }
        List<string> commands = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            commands.Add(reader.GetString() ?? "");
        }
        return GateNeeds.Of(commands);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, GateNeeds value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var command in value)
        {
            writer.WriteStringValue(command);
        }
        writer.WriteEndArray();
    }
}
