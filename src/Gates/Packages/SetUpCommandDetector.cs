using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Packages;

/// <summary>Command that sets up a new worktree from a lock file.</summary>
/// <param name="LockFile">Path of the lock file, relative to the root.</param>
/// <param name="Command">Text run as <c>/bin/sh -c TEXT</c>, which installs exactly the packages in the lock file.</param>
public sealed record WorktreeSetUpShellCommand(string LockFile, string Command)
{
    /// <summary>
    /// Name of the folder that the command creates, if a copy of it also works in another worktree with the same files. Null otherwise.
    /// </summary>
    /// <value>Default: null. Output can't be copied if it contains absolute paths (virtual environments, <c>dotnet restore</c>), and need
    /// not be copied if the package manager's own cache is fast (pnpm).</value>
    public string? Makes { get; init; }

    /// <summary>
    /// Names of files of which at least one must exist for the project to need the command. Empty if every project with the lock file needs
    /// it.
    /// </summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>Paths of other files that determine the output of the command.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];
}

/// <summary>Finds the set-up commands for a project's worktrees if the user configured none.</summary>
public static class SetUpCommandDetector
{
    /// <summary>All known commands, by lock file.</summary>
    public static IReadOnlyList<WorktreeSetUpShellCommand> Known { get; } =
    [
        .. Ecosystems
            .Managers.Where(manager => manager.SetUp is not null)
            .SelectMany(manager =>
                manager.LockFiles.Select(file => new WorktreeSetUpShellCommand(file, manager.SetUp!)
                {
                    Makes = manager.Makes,
                    Reads = manager.Reads,
                    Beside = manager.SetUpBeside,
                })
            ),
    ];

    /// <summary>Returns set-up commands for the lock files in each folder. If an ecosystem has several package managers, the first one with
    /// a lock file is used.</summary>
    /// <param name="files">Files of the checkout.</param>
    /// <param name="folders">Project folders relative to the root. The root itself is always included.</param>
    public static IReadOnlyList<WorktreeSetUpShellCommand> Detect(WorktreeFileReaderAndWriter files, IEnumerable<string> folders) =>
        [.. folders.Prepend("").Distinct().SelectMany(folder => InFolder(files, folder))];

    /// <summary>
    /// Returns all set-up commands that a lock file may require, depending on its format and the workspace that contains it.
    /// </summary>
    /// <param name="lockFile">Path of the lock file, relative to the root.</param>
    public static IReadOnlyList<string> CommandsFor(string lockFile)
    {
        var folder = Path.GetDirectoryName(lockFile) ?? "";
        var managers = Ecosystems.Managers.Where(manager => manager.LockFiles.Contains(Path.GetFileName(lockFile)));
        return
        [
            .. managers
                .SelectMany(manager => (string?[])[manager.SetUp, manager.Earlier?.SetUp, manager.Workspace?.SetUp])
                .OfType<string>()
                .Select(command => folder.Length == 0 ? command : GateCommandFolderPrefixEditor.Join(folder, command)),
        ];
    }

    private static WorktreeSetUpShellCommand? Of(string lockFile, Func<string, string?> read)
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

    private static IEnumerable<WorktreeSetUpShellCommand> InFolder(WorktreeFileReaderAndWriter files, string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var found = Ecosystems
            .All.Select(row =>
                row.LockFiles.Where(file => files.HasFile(prefix + file))
                    .Select(file => Of(file, name => files.TryReadText(prefix + name)))
                    .FirstOrDefault(known => known is not null)
            )
            .OfType<WorktreeSetUpShellCommand>()
            .Where(known => known.Beside.Count == 0 || known.Beside.Any(file => files.HasFile(prefix + file)));
        // Output below the root is not cached, because a cached copy is restored to the folder of that name in the root.
        return folder.Length == 0
            ? found
            : found.Select(known => new WorktreeSetUpShellCommand(
                prefix + known.LockFile,
                GateCommandFolderPrefixEditor.Join(folder, known.Command)
            )
            {
                Reads = [.. known.Reads.Select(file => prefix + file)],
            });
    }
}
