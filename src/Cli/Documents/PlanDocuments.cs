namespace Orchestrator.Cli.Documents;

/// <summary>Answer of <c>validate --json</c>.</summary>
/// <param name="Plan">The file as it was named.</param>
/// <param name="Valid">It can be run.</param>
/// <param name="TaskCount">Tasks that were found.</param>
/// <param name="Errors">What refuses it.</param>
/// <param name="Warnings">What a person should look at.</param>
/// <param name="Advice">What could be better.</param>
internal sealed record ValidateDocument(string Plan, bool Valid, int TaskCount, IReadOnlyList<FaultEntry> Errors, IReadOnlyList<FaultEntry> Warnings, IReadOnlyList<FaultEntry> Advice) : Document;

/// <summary>A fault with its place and cure.</summary>
internal sealed record FaultEntry(string Code, string File, int Line, int Column, string Field, string Message, string Cure);

/// <summary>Answer of <c>graph --json</c>.</summary>
/// <param name="Waves">Ids by the earliest moment they could run.</param>
/// <param name="CriticalPath">The longest chain.</param>
/// <param name="Tasks">One entry per task in plan order.</param>
internal sealed record GraphDocument(IReadOnlyList<IReadOnlyList<string>> Waves, IReadOnlyList<string> CriticalPath, IReadOnlyList<GraphEntry> Tasks) : Document;

/// <summary>A task in the graph.</summary>
internal sealed record GraphEntry(string Id, int Wave, IReadOnlyList<string> DependsOn, IReadOnlyList<string> Blocks);
