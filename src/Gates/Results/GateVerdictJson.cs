using System.Text.Json.Serialization;

namespace Orchestrator.Gates.Results;

/// <summary>Serializes gate verdicts in files. Deserialization fails on a null for a non-nullable member.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GateVerdict))]
[JsonSerializable(typeof(GateVerdict[]))]
[JsonSerializable(typeof(RedProof))]
public sealed partial class GateVerdictJson : JsonSerializerContext;
