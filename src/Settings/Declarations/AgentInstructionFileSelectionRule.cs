namespace Orchestrator.Settings;

/// <summary>Rules that determine which instruction files of a repository an agent's program uses.</summary>
/// <param name="Preferred">Names of instruction files in order of preference. In each folder, only the first one that exists
/// counts.</param>
/// <param name="ReadByItself">Patterns of the files that the program itself reads. A pattern is a path, or <c>**/NAME</c> for any
/// folder.</param>
public sealed record AgentInstructionFileSelectionRule(IReadOnlyList<string> Preferred, IReadOnlyList<string> ReadByItself)
{
    /// <summary>Folders whose Markdown files also count as instructions.</summary>
    public static IReadOnlyList<string> RuleFolders { get; } = [".claude/rules"];

    /// <summary>
    /// Folders in which agent programs keep their files. An instruction file in such a folder applies to the folder's parent.
    /// </summary>
    public static IReadOnlyList<string> ProgramFolders { get; } = [".claude"];

    private static readonly string[] Names = ["AGENTS.md", "CLAUDE.md", "GEMINI.md"];

    // Claude is started without the repository's own settings, and therefore reads no instruction files itself.
    private static readonly AgentInstructionFileSelectionRule OfClaude = new(["CLAUDE.md", "AGENTS.md", "GEMINI.md"], []);

    /// <summary>True if at least one program uses this name for instruction files.</summary>
    public static bool IsName(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>Returns the rules that apply to the given agent, planner or reviewer.</summary>
    /// <param name="agent">Name of the agent.</param>
    /// <param name="settings">Settings of the run.</param>
    public static AgentInstructionFileSelectionRule Of(string agent, OrchestratorSettings settings)
    {
        if (agent is AgentSettings.Claude or "api" or "bedrock")
        {
            return OfClaude;
        }
        var reads = settings.InstructionsReadBy(agent);
        var own = reads.Select(NameOf).Where(IsName);
        return new AgentInstructionFileSelectionRule([.. own.Union(Names, StringComparer.Ordinal)], reads);
    }

    /// <summary>True if an agent's program itself reads the file.</summary>
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
