using Orchestrator.Machine.Sessions;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>sessions --json</c>.</summary>
/// <param name="ConfigDirectory">Configuration folder of the agent program that the conversations belong to.</param>
/// <param name="Sessions">Conversations, the latest first.</param>
public sealed record SessionsDocument(string ConfigDirectory, IReadOnlyList<ClaudeSession> Sessions) : Document;

/// <summary>Output of <c>sessions show --json</c>.</summary>
/// <param name="Session">The conversation.</param>
/// <param name="Transcript">Totals and last part of the conversation, or null if it can't be read.</param>
public sealed record SessionDocument(ClaudeSession Session, SessionTranscript? Transcript) : Document;
