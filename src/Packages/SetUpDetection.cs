namespace Orchestrator.Packages;

/// <summary>A command that sets up a fresh worktree, and its lock file.</summary>
/// <param name="LockFile">Name of the file in the root folder.</param>
/// <param name="Command">Run as <c>/bin/sh -c TEXT</c>: installs exactly what the lock file names.</param>
public sealed record SetUpCommand(string LockFile, string Command)
{
    /// <summary>Name of the folder that it makes, if a copy of it serves as well in another worktree with the same files.</summary>
    /// <value>Default: null, because what it makes has absolute paths in it (virtual environments, what <c>dotnet restore</c> writes), or
    /// is quickly made of the package manager's own cache (pnpm).</value>
    public string? Makes { get; init; }

    /// <summary>Names of other files in the root folder that determine what it makes.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];
}

/// <summary>Finds the set-up of a project's worktrees, for users who configured none.</summary>
public static class SetUpDetection
{
    /// <summary>All known lock files.</summary>
    public static IReadOnlyList<SetUpCommand> Known { get; } =
    [
        new("package-lock.json", "npm ci") { Makes = "node_modules", Reads = ["package.json", ".npmrc", "npm-shrinkwrap.json"] },
        new("pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
        new("yarn.lock", "yarn install --immutable"),
        new("uv.lock", "uv sync --frozen"),
        new("poetry.lock", "poetry install"),
        new("packages.lock.json", "dotnet restore --locked-mode"),
    ];

    /// <summary>Set-up commands for the lock files of a folder.</summary>
    public static IReadOnlyList<SetUpCommand> Detect(string directory) =>
        [.. Known.Where(known => File.Exists(Path.Combine(directory, known.LockFile)))];
}
