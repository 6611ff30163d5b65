using Orchestrator.Machine.Sessions;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>sessions --json</c>.</summary>
/// <param name="ConfigDirectory">Folder of the program whose conversations they are.</param>
/// <param name="Sessions">The conversations, the latest first.</param>
public sealed record SessionsDocument(string ConfigDirectory, IReadOnlyList<ClaudeSession> Sessions) : Document;

/// <summary>Answer of <c>sessions show --json</c>.</summary>
/// <param name="Session">The conversation.</param>
/// <param name="Transcript">Its sums and its end; null: it can't be read.</param>
public sealed record SessionDocument(ClaudeSession Session, SessionTranscript? Transcript) : Document;
