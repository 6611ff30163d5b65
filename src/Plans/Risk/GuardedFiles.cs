namespace Orchestrator.Plans;

/// <summary>The table of files whose change takes effect beyond the code: what CI, hooks, editors and agents do without being asked.
/// Default of <c>always_require_human</c>, at any depth.</summary>
public static class GuardedFiles
{
    /// <summary>The files that run on other machines, or at each commit: they always need a person.</summary>
    private static readonly string[] CiAndHooks =
    [
        ".orchestrator/**",
        "**/.github/workflows/**",
        "**/.github/actions/**",
        "**/.gitlab-ci.yml",
        "**/.circleci/**",
        "**/Jenkinsfile",
        "**/azure-pipelines.yml",
        "**/bitbucket-pipelines.yml",
        "**/.travis.yml",
        "**/.buildkite/**",
        "**/.drone.yml",
        "**/.woodpecker.yml",
        "**/.woodpecker/**",
        "**/.husky/**",
        "**/.githooks/**",
        "**/.pre-commit-config.yaml",
        "**/lefthook.yml",
        "**/.claude/settings.json",
        "**/.claude/settings.local.json",
        "**/.claude/hooks/**",
    ];

    /// <summary>Instructions of agents, set-up of editors and shells, rules of git: a task's <c>files_write</c> with the full path asks for
    /// the change.</summary>
    private static readonly string[] Instructions =
    [
        "**/CLAUDE.md",
        "**/CLAUDE.local.md",
        "**/AGENTS.md",
        "**/GEMINI.md",
        "**/.claude/**",
        "**/.gemini/**",
        "**/.codex/**",
        "**/.cursor/**",
        "**/.cursorrules",
        "**/.github/copilot-instructions.md",
        "**/.mcp.json",
        "**/.envrc",
        "**/.vscode/tasks.json",
        "**/.devcontainer/**",
        "**/.devcontainer.json",
        "**/CODEOWNERS",
        "**/.gitattributes",
        "**/.gitmodules",
        "**/.worktreeinclude",
    ];

    /// <summary>All globs of the table.</summary>
    public static IReadOnlyList<string> Globs { get; } = [.. CiAndHooks, .. Instructions];

    /// <summary>True if <c>files_write</c> with the full path counts as asking for the change.</summary>
    public static bool AllowsNamed(string glob) => Instructions.Contains(glob, StringComparer.Ordinal);

    /// <summary>The part of a glob for any depth by which a path or glob in <c>files_write</c> names such files; null for another
    /// glob.</summary>
    internal static string? KeyOf(string glob) =>
        glob.StartsWith("**/", StringComparison.Ordinal) && Globs.Contains(glob, StringComparer.Ordinal) ? glob.Split('/')[1] : null;
}
