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
    /// <summary>All that is known, by lock file.</summary>
    public static IReadOnlyList<SetUpCommand> Known { get; } =
    [
        .. Ecosystems
            .Managers.Where(manager => manager.SetUp is not null)
            .SelectMany(manager =>
                manager.LockFiles.Select(file => new SetUpCommand(file, manager.SetUp!) { Makes = manager.Makes, Reads = manager.Reads })
            ),
    ];

    /// <summary>Set-up commands for lock files: of the package managers of one ecosystem the first, and once.</summary>
    /// <param name="hasFile">Whether the root folder has a file of this name.</param>
    public static IReadOnlyList<SetUpCommand> Detect(Func<string, bool> hasFile) =>
        [
            .. Ecosystems
                .All.Select(row => row.LockFiles.Select(file => Known.FirstOrDefault(known => known.LockFile == file && hasFile(file))))
                .Select(found => found.FirstOrDefault(known => known is not null))
                .OfType<SetUpCommand>(),
        ];

    /// <summary>Set-up commands for the lock files of a folder.</summary>
    public static IReadOnlyList<SetUpCommand> Detect(string directory) => Detect(name => File.Exists(Path.Combine(directory, name)));
}
