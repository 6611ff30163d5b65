using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Cli.Documents;

/// <summary>JSON of documents: without reflection, which starts slowly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(VersionDocument))]
[JsonSerializable(typeof(ValidateDocument))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(GraphDocument))]
[JsonSerializable(typeof(PlannedDocument))]
[JsonSerializable(typeof(BacklogDocument))]
[JsonSerializable(typeof(BacklogTaskDocument))]
[JsonSerializable(typeof(ConflictsDocument))]
[JsonSerializable(typeof(RiskDocument))]
[JsonSerializable(typeof(ContractsDocument))]
[JsonSerializable(typeof(EnvironmentDocument))]
[JsonSerializable(typeof(ContextDocument))]
[JsonSerializable(typeof(PromptDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(AgentsDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(TrustDocument))]
[JsonSerializable(typeof(AcceptDocument))]
[JsonSerializable(typeof(FlakyDocument))]
[JsonSerializable(typeof(TaskDocument))]
[JsonSerializable(typeof(DiffDocument))]
[JsonSerializable(typeof(LogDocument))]
[JsonSerializable(typeof(HistoryDocument))]
[JsonSerializable(typeof(RehearsalDocument))]
[JsonSerializable(typeof(CleanupDocument))]
[JsonSerializable(typeof(WorktreesDocument))]
[JsonSerializable(typeof(CollectDocument))]
[JsonSerializable(typeof(HoldsDocument))]
[JsonSerializable(typeof(WorkersDocument))]
[JsonSerializable(typeof(ProofDocument))]
[JsonSerializable(typeof(NetworkDocument))]
[JsonSerializable(typeof(UsageDocument))]
[JsonSerializable(typeof(SessionsDocument))]
[JsonSerializable(typeof(SessionDocument))]
[JsonSerializable(typeof(ServiceDocument))]
[JsonSerializable(typeof(SchedulesDocument))]
[JsonSerializable(typeof(InboxDocument))]
[JsonSerializable(typeof(MailLine))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Documents on one line each.</summary>
    public static CliJson Line { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}

/// <summary>The documents of the engine, which load the engine.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(EngineCheckDocument))]
internal sealed partial class EngineJson : JsonSerializerContext;
