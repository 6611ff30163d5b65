using System.Text.Json.Serialization;

namespace Orchestrator.Gates.Results;

/// <summary>Verdicts of gates in files. A null where none can be makes the whole invalid.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GateVerdict))]
[JsonSerializable(typeof(GateVerdict[]))]
[JsonSerializable(typeof(RedProof))]
public sealed partial class GateVerdictJson : JsonSerializerContext;
