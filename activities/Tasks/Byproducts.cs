namespace Orchestrator.Activities.Tasks;

/// <summary>Files that tools write beside the work: lock files and build output. Where nobody owns them they are put back, not held against the agent.</summary>
internal static class Byproducts
{
    private static readonly HashSet<string> LockFiles = new(StringComparer.Ordinal)
    {
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock",
        "Cargo.lock", "go.sum", "packages.lock.json", "Gemfile.lock", "composer.lock", "mix.lock", "flake.lock",
    };

    private static readonly HashSet<string> BuildFolders = new(StringComparer.Ordinal)
    {
        "__pycache__", "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".venv", "obj", "target", ".gradle", ".next", ".turbo", "coverage", "htmlcov",
    };

    private static readonly string[] BuildEndings = [".pyc", ".pyo", ".class", ".o", ".tsbuildinfo", ".egg-info"];

    /// <summary>True for a path that a tool made.</summary>
    public static bool IsByproduct(string path)
    {
        var parts = path.Split('/');
        return LockFiles.Contains(parts[^1])
            || parts[^1] is ".coverage" or ".DS_Store"
            || parts.Any(BuildFolders.Contains)
            || BuildEndings.Any(e => path.EndsWith(e, StringComparison.Ordinal));
    }
}
