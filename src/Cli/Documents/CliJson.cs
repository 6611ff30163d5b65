using System.Text.Json.Serialization;

namespace Orchestrator.Cli.Documents;

/// <summary>How documents are written: without reflection, since that starts slowly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(VersionDocument))]
[JsonSerializable(typeof(ValidateDocument))]
[JsonSerializable(typeof(GraphDocument))]
[JsonSerializable(typeof(ConflictsDocument))]
[JsonSerializable(typeof(RiskDocument))]
[JsonSerializable(typeof(ContractsDocument))]
[JsonSerializable(typeof(EnvironmentDocument))]
[JsonSerializable(typeof(ContextDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(TrustDocument))]
internal sealed partial class CliJson : JsonSerializerContext;
