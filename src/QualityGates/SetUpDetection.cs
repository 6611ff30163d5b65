namespace Orchestrator.QualityGates;

/// <summary>A command that makes a fresh worktree usable, and the lock file that asks for it.</summary>
/// <param name="LockFile">Name of the file in the root folder.</param>
/// <param name="Command">Run as <c>/bin/sh -c TEXT</c>: installs exactly what the file names.</param>
public sealed record SetUpCommand(string LockFile, string Command);

/// <summary>Finds how a project's worktrees are made usable, for users who configured nothing.</summary>
public static class SetUpDetection
{
    /// <summary>Every lock file that is known.</summary>
    public static IReadOnlyList<SetUpCommand> Known { get; } =
    [
        new("package-lock.json", "npm ci"),
        new("pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
        new("yarn.lock", "yarn install --immutable"),
        new("uv.lock", "uv sync --frozen"),
        new("poetry.lock", "poetry install"),
        new("packages.lock.json", "dotnet restore --locked-mode"),
    ];

    /// <summary>What the lock files of a folder ask for.</summary>
    public static IReadOnlyList<SetUpCommand> Detect(string directory) =>
        [.. Known.Where(known => File.Exists(Path.Combine(directory, known.LockFile)))];
}
