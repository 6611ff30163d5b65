using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Documents;

/// <summary>Answer of <c>tasks show --json</c>, <c>next</c> and of every change.</summary>
/// <param name="Task">The task with the fields of the file; null when there is none.</param>
internal sealed record BacklogTaskDocument(JsonObject? Task) : Document;
