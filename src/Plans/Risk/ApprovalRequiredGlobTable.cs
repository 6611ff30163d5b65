namespace Orchestrator.Plans;

/// <summary>
/// Table of files that affect more than the code when they change, because CI, hooks, editors and agents use them automatically. The table
/// is the default value of <c>always_require_human</c>. The globs match at any depth.
/// </summary>
public static class ApprovalRequiredGlobTable
{
    /// <summary>
    /// Globs of CI configuration, hooks, agent settings and the orchestrator's own files. Changes to matching files always need an
    /// approval.
    /// </summary>
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

    /// <summary>
    /// Globs of files that configure agents, editors, shells or git, such as <c>AGENTS.md</c>. A task may change a matching file if its
    /// <c>files_write</c> lists the full path.
    /// </summary>
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

    /// <summary>
    /// True if a task may change files that match the glob, provided that the task's <c>files_write</c> lists the file's full path.
    /// </summary>
    public static bool AllowsNamed(string glob) => Instructions.Contains(glob, StringComparer.Ordinal);

    /// <summary>
    /// Returns the file or folder name that a path in <c>files_write</c> must contain before it counts as covered by a built-in glob.
    /// Returns null for other globs.
    /// </summary>
    internal static string? KeyOf(string glob) =>
        glob.StartsWith("**/", StringComparison.Ordinal) && Globs.Contains(glob, StringComparer.Ordinal) ? glob.Split('/')[1] : null;
}
