namespace Orchestrator.App.Setup;

/// <summary>
/// Installs a skill and sub-agents for users' Claude Code sessions. The installed files only use commands of this program.
/// </summary>
public static class ClaudeSkillInstaller
{
    private static readonly string[] Agents = ["planner-architect", "supervisor", "worker", "verifier", "integration-checker"];

    /// <summary>Writes the skill and the sub-agents to a folder. Existing files are not changed.</summary>
    /// <param name="folder">The <c>.claude</c> folder of a repository or home directory.</param>
    /// <returns>Written files and kept files, relative to the folder.</returns>
    public static (IReadOnlyList<string> Written, IReadOnlyList<string> Kept) Install(string folder)
    {
        var written = new List<string>();
        var kept = new List<string>();
        Write("skills/orchestrate/SKILL.md", "SKILL.md");
        foreach (var agent in Agents)
        {
            Write($"agents/{agent}.md", $"{agent}.md");
        }
        return (written, kept);

        void Write(string name, string resource)
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                kept.Add(name);
                return;
            }
            OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(path)!);
            using var text = typeof(ClaudeSkillInstaller).Assembly.GetManifestResourceStream($"claude/{resource}")!;
            using var file = new FileStream(path, FileMode.CreateNew);
            text.CopyTo(file);
            written.Add(name);
        }
    }
}
