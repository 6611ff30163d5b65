using Orchestrator.Messages;

namespace Orchestrator.Cli.Documents;

/// <summary>Answer of <c>show RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task as it is.</param>
/// <param name="Events">Its transitions in order.</param>
/// <param name="Kept">Where work of the task is kept that is in no commit of its branch.</param>
internal sealed record TaskDocument(string RunId, RunTask Task, IReadOnlyList<RunEvent> Events, IReadOnlyList<string> Kept) : Document;

/// <summary>Answer of <c>diff RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task.</param>
/// <param name="Patch">What it changed, as git prints it.</param>
/// <param name="IsCut">The change is longer than what is given.</param>
internal sealed record DiffDocument(string RunId, string Task, string Patch, bool IsCut) : Document;

/// <summary>Answer of <c>logs RUN/TASK --json</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">The task.</param>
/// <param name="Start">Number of the agent start.</param>
/// <param name="Lines">What the agent said and did, as people read it.</param>
internal sealed record LogDocument(string RunId, string Task, int Start, IReadOnlyList<string> Lines) : Document;
