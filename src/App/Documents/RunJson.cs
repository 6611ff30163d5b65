using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.App.Documents;

/// <summary>
/// Serializes the documents of the most frequent commands to JSON. This serializer is separate from the others, because a serializer for
/// all documents would load all their types.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(RunEvent))]
public sealed partial class RunJson : JsonSerializerContext
{
    /// <summary>Serializes each document as a single line.</summary>
    public static RunJson Line { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}
