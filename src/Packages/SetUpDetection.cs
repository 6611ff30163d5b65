using Orchestrator.Git.Worktrees;

namespace Orchestrator.Packages;

/// <summary>A command that sets up a fresh worktree, and its lock file.</summary>
/// <param name="LockFile">Path of the file, relative to the root.</param>
/// <param name="Command">Run as <c>/bin/sh -c TEXT</c>: installs exactly what the lock file names.</param>
public sealed record SetUpCommand(string LockFile, string Command)
{
    /// <summary>Name of the folder that it makes, if a copy of it serves as well in another worktree with the same files.</summary>
    /// <value>Default: null, because what it makes has absolute paths in it (virtual environments, what <c>dotnet restore</c> writes), or
    /// is quickly made of the package manager's own cache (pnpm).</value>
    public string? Makes { get; init; }

    /// <summary>Files, one of which a project has that needs it; empty: each does.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>Paths of other files that determine what it makes.</summary>
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
                manager.LockFiles.Select(file => new SetUpCommand(file, manager.SetUp!)
                {
                    Makes = manager.Makes,
                    Reads = manager.Reads,
                    Beside = manager.SetUpBeside,
                })
            ),
    ];

    /// <summary>Set-up commands for lock files: of the package managers of one ecosystem the first, and once in each folder.</summary>
    /// <param name="files">Reads the checkout.</param>
    /// <param name="folders">The folders of projects, relative to the root, which is always one.</param>
    public static IReadOnlyList<SetUpCommand> Detect(WorktreeFiles files, IEnumerable<string> folders) =>
        [.. folders.Prepend("").Distinct().SelectMany(folder => InFolder(files, folder))];

    /// <summary>All commands that a lock file may ask for, by its format and the workspace around it.</summary>
    /// <param name="lockFile">Its path, relative to the root.</param>
    public static IReadOnlyList<string> CommandsFor(string lockFile)
    {
        var folder = Path.GetDirectoryName(lockFile) ?? "";
        var managers = Ecosystems.Managers.Where(manager => manager.LockFiles.Contains(Path.GetFileName(lockFile)));
        return
        [
            .. managers
                .SelectMany(manager => (string?[])[manager.SetUp, manager.Earlier?.SetUp, manager.Workspace?.SetUp])
                .OfType<string>()
                .Select(command => folder.Length == 0 ? command : GateFolder.Join(folder, command)),
        ];
    }

    private static SetUpCommand? Of(string lockFile, Func<string, string?> read)
    {
        if (Known.FirstOrDefault(known => known.LockFile == lockFile) is not { } found)
        {
            return null;
        }
        var manager = Ecosystems.Managers.First(manager => manager.LockFiles.Contains(lockFile));
        return manager.Workspace is { } workspace && workspace.IsIn(read) ? found with { Command = workspace.SetUp }
            : manager.Earlier is { } earlier && read(lockFile)?.Contains(earlier.Says, StringComparison.Ordinal) is true
                ? found with
                {
                    Command = earlier.SetUp,
                }
            : found;
    }

    private static IEnumerable<SetUpCommand> InFolder(WorktreeFiles files, string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var found = Ecosystems
            .All.Select(row =>
                row.LockFiles.Where(file => files.HasFile(prefix + file))
                    .Select(file => Of(file, name => files.TryReadText(prefix + name)))
                    .FirstOrDefault(known => known is not null)
            )
            .OfType<SetUpCommand>()
            .Where(known => known.Beside.Count == 0 || known.Beside.Any(file => files.HasFile(prefix + file)));
        // A copy of what a project below the root makes is not kept: it is put in place by its name in the root.
        return folder.Length == 0
            ? found
            : found.Select(known => new SetUpCommand(prefix + known.LockFile, GateFolder.Join(folder, known.Command))
            {
                Reads = [.. known.Reads.Select(file => prefix + file)],
            });
    }
}
