using System.Reflection;
using System.Text.Json;

namespace Orchestrator.Messages;

/// <summary>Converts a reason to and from JSON. The JSON object contains the member <c>kind</c> in addition to the reason's data.</summary>
public sealed class StatusReasonJsonConverter : JsonConverter<Reason>
{
    /// <summary>Name of the JSON member that identifies the kind of a reason.</summary>
    public const string KindMember = "kind";

    private static readonly JsonSerializerOptions Facts = new(PayloadJsonOptions.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private static readonly Dictionary<string, Type> Types = typeof(Reason)
        .Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Reason)))
        .ToDictionary(NameOf, StringComparer.Ordinal);

    /// <summary>JSON names of all kinds of reasons, sorted.</summary>
    public static IEnumerable<string> Kinds => Types.Keys.Order(StringComparer.Ordinal);

    /// <summary>Returns the type of a reason from the name of its kind in JSON, or null if the kind is unknown.</summary>
    /// <param name="kind">Name of a kind, such as <c>dependency-ended</c>.</param>
    public static Type? TypeOf(string kind) => Types.GetValueOrDefault(kind);

    /// <summary>Returns the JSON name of a reason's kind from the reason's type.</summary>
    internal static string NameOf(Type type) =>
        type.GetCustomAttribute<StatusReasonKindAttribute>()?.Name
        ?? throw new InvalidOperationException(
            $"The reason {type.Name} has no [StatusReasonKind]: histories record the kind, so it is explicit."
        );

    /// <inheritdoc/>
    public override Reason? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var json = JsonElement.ParseValue(ref reader);
        if (
            json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty(KindMember, out var kind)
            || kind.ValueKind != JsonValueKind.String
            || TypeOf(kind.GetString()!) is not { } type
        )
        {
            throw new JsonException("a reason has a known 'kind'");
        }
        return (Reason?)json.Deserialize(type, Facts);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Reason value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(KindMember, value.Kind);
        foreach (var fact in JsonSerializer.SerializeToElement(value, value.GetType(), Facts).EnumerateObject())
        {
            fact.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}

/// <summary>Converts a quote to and from a JSON string.</summary>
public sealed class VerbatimQuoteJsonConverter : JsonConverter<VerbatimQuote>
{
    /// <inheritdoc/>
    public override VerbatimQuote? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new VerbatimQuote(reader.GetString()!) : throw new JsonException("a string is expected");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, VerbatimQuote value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
