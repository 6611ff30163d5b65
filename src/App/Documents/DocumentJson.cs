using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.App.Documents;

/// <summary>
/// Serializes documents to JSON. The code is generated at build time, because reflection would slow down the start of each command.
/// </summary>
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
[JsonSerializable(typeof(LockFilesDocument))]
[JsonSerializable(typeof(ContextDocument))]
[JsonSerializable(typeof(PromptDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(AgentsDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(SettingListDocument))]
[JsonSerializable(typeof(TrustDocument))]
[JsonSerializable(typeof(QuarantineAcceptDocument))]
[JsonSerializable(typeof(FlakyDocument))]
[JsonSerializable(typeof(TaskDocument))]
[JsonSerializable(typeof(TaskDiffDocument))]
[JsonSerializable(typeof(AgentLogDocument))]
[JsonSerializable(typeof(RunListDocument))]
[JsonSerializable(typeof(WebTokensDocument))]
[JsonSerializable(typeof(EventsDocument))]
[JsonSerializable(typeof(BudgetDocument))]
[JsonSerializable(typeof(GatesDocument))]
[JsonSerializable(typeof(GateLogDocument))]
[JsonSerializable(typeof(RehearsalDocument))]
[JsonSerializable(typeof(KillRehearsalDocument))]
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
public sealed partial class DocumentJson : JsonSerializerContext
{
    /// <summary>Serializes a document for <c>--json</c> or the API.</summary>
    public static string Write(object document) =>
        Write(document, Default.GetTypeInfo(document.GetType()) ?? RunJson.Default.GetTypeInfo(document.GetType())!);

    /// <summary>Serializes a document by its type information.</summary>
    public static string Write(object document, JsonTypeInfo type) =>
        UntrustedText.EscapeJson(JsonSerializer.Serialize(document, type)) + "\n";

    /// <summary>Serializes each document as a single line.</summary>
    public static DocumentJson Line { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}

/// <summary>
/// Serializes documents about the engine to JSON. This serializer is separate from the others, because loading its types also loads the
/// engine's assembly.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(EngineCheckDocument))]
public sealed partial class EngineJson : JsonSerializerContext;
