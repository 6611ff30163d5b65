namespace Orchestrator.Plans;

/// <summary>Table of files whose changes have effects beyond the code, because CI, hooks, editors and agents use them automatically.
/// Default of <c>always_require_human</c>; the globs match at any depth.</summary>
public static class GuardedFiles
{
    /// <summary>Files that run on other hosts or at each commit. Their changes always need approval.</summary>
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

    /// <summary>Agent instructions, editor and shell set-up, and git attributes. A task whose <c>files_write</c> lists the full path is
    /// allowed to change them.</summary>
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

    /// <summary>True if listing the full path in <c>files_write</c> permits the change.</summary>
    public static bool AllowsNamed(string glob) => Instructions.Contains(glob, StringComparer.Ordinal);

    /// <summary>Returns the path part that a <c>files_write</c> entry must contain to refer to a glob of this table, or null for other
    /// globs.</summary>
    internal static string? KeyOf(string glob) =>
        glob.StartsWith("**/", StringComparison.Ordinal) && Globs.Contains(glob, StringComparer.Ordinal) ? glob.Split('/')[1] : null;
}
