using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.App.Documents;

/// <summary>JSON serialization of run documents for the most frequent commands. It is separate because a context for all documents would
/// load all their types.</summary>
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
    /// <summary>Serializes each document on one line.</summary>
    public static RunJson Line { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}
