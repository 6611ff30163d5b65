using Orchestrator.App.Conversations;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>sessions --json</c>.</summary>
/// <param name="ConfigDirectory">Absolute path of the agent program's configuration folder, which contains the conversations.</param>
/// <param name="Sessions">The conversations, latest first.</param>
public sealed record SessionsDocument(string ConfigDirectory, IReadOnlyList<ClaudeSession> Sessions) : SchemaVersionedDocument;

/// <summary>Output of <c>sessions show --json</c>.</summary>
/// <param name="Session">The conversation.</param>
/// <param name="Transcript">Totals and the last part of the conversation, or null if the conversation can't be read.</param>
public sealed record SessionDocument(ClaudeSession Session, SessionTranscript? Transcript) : SchemaVersionedDocument;
