using System.Text.Json.Serialization;

namespace Orchestrator.Gates.Results;

/// <summary>
/// Serializes gate verdicts to files and deserializes them. A null value for a non-nullable member makes deserialization fail.
/// </summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GateVerdict))]
[JsonSerializable(typeof(GateVerdict[]))]
[JsonSerializable(typeof(NewTestsOnBaseProductResult))]
public sealed partial class GateVerdictJsonContext : JsonSerializerContext;
