using Orchestrator.TestKit;

namespace Orchestrator.House.Tests;

/// <summary>The banned terms in <c>docs/glossary.md</c>.</summary>
internal static class Glossary
{
    /// <summary>Scope of phrases in docs, help, messages and XML docs.</summary>
    public const string Text = "text";

    /// <summary>Scope of parts of C# names.</summary>
    public const string Identifier = "identifier";

    /// <summary>Each banned term with its scope and the term to use instead.</summary>
    public static IReadOnlyList<(string Term, string Scope, string Instead)> Banned { get; } =
    [
        .. from line in File.ReadLines(RepositoryFiles.Path("docs/glossary.md"))
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells is [_, _, Text or Identifier, _, _]
        select (cells[1], cells[2], cells[3]),
    ];
}
