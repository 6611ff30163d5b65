using Orchestrator.Contracts;

namespace Orchestrator.Cli.Documents;

/// <summary>Answer of <c>show RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task as it is.</param>
/// <param name="Events">Its transitions in order.</param>
internal sealed record TaskDocument(string RunId, RunTask Task, IReadOnlyList<RunEvent> Events) : Document;
