using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Messages;

namespace Orchestrator.App.Documents;

/// <summary>The documents of runs, for the most frequent commands: a context of all documents would load all their types.</summary>
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
    /// <summary>Documents on one line each.</summary>
    public static RunJson Line { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}
