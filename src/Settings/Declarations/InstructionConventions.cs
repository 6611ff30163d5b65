namespace Orchestrator.Settings;

/// <summary>The instruction files of a repository that matter to one agent program.</summary>
/// <param name="Preferred">Names of the files that stand for a folder's instructions; the first that the folder has counts.</param>
/// <param name="ReadByItself">Patterns of the files that the program reads by itself: a path, or <c>**/NAME</c> for any folder.</param>
public sealed record InstructionConventions(IReadOnlyList<string> Preferred, IReadOnlyList<string> ReadByItself)
{
    /// <summary>Folders whose Markdown files are instructions, too.</summary>
    public static IReadOnlyList<string> RuleFolders { get; } = [".claude/rules"];

    /// <summary>Folders of programs whose instruction file counts as one of the folder above.</summary>
    public static IReadOnlyList<string> ProgramFolders { get; } = [".claude"];

    private static readonly string[] Names = ["AGENTS.md", "CLAUDE.md", "GEMINI.md"];

    // Claude is started without the repository's own settings, and reads none of its instruction files then.
    private static readonly InstructionConventions OfClaude = new(["CLAUDE.md", "AGENTS.md", "GEMINI.md"], []);

    /// <summary>True for the name of an instruction file of any program.</summary>
    public static bool IsName(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>The conventions of an agent, planner or reviewer.</summary>
    /// <param name="agent">Its name.</param>
    /// <param name="settings">The settings of the run.</param>
    public static InstructionConventions Of(string agent, OrchestratorSettings settings)
    {
        if (agent is AgentSettings.Claude or "api" or "bedrock")
        {
            return OfClaude;
        }
        var reads = settings.InstructionsReadBy(agent);
        var own = reads.Select(NameOf).Where(IsName);
        return new InstructionConventions([.. own.Union(Names, StringComparer.Ordinal)], reads);
    }

    /// <summary>True if the program reads a file by itself.</summary>
    public bool Reads(string path) =>
        ReadByItself.Any(pattern =>
            pattern == path
            || (
                pattern.StartsWith("**/", StringComparison.Ordinal)
                && (path == pattern[3..] || path.EndsWith(pattern[2..], StringComparison.Ordinal))
            )
        );

    private static string NameOf(string pattern) => pattern[(pattern.LastIndexOf('/') + 1)..];
}
