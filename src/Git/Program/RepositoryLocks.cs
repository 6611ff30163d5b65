using System.Text.RegularExpressions;

namespace Orchestrator.Git.Program;

/// <summary>Finds and describes lock files of a repository and the processes that hold them.</summary>
/// <param name="commonDirectory">Directory that all worktrees share.</param>
internal sealed partial class RepositoryLocks(string commonDirectory)
{
    /// <summary>Lists all lock files in the repository that git may have left behind.</summary>
    public IEnumerable<string> Find() =>
        Directory
            .EnumerateFiles(commonDirectory, "*.lock")
            .Concat(
                (
                    (string[])
                        [
                            "refs",
                            "logs",
                            "worktrees",
                            "orchestrator",
                            "info",
                            Path.Combine("objects", "info"),
                            Path.Combine("objects", "pack"),
                        ]
                )
                    .Select(name => Path.Combine(commonDirectory, name))
                    .Where(Directory.Exists)
                    .SelectMany(name => Directory.EnumerateFiles(name, "*.lock", SearchOption.AllDirectories))
            );

    /// <summary>
    /// Returns the processes that may hold a lock file. These are processes that have the file open, and git processes in the repository
    /// that are older than the file. Such git processes are included because git closes some lock files before it finishes.
    /// </summary>
    public IReadOnlyList<ProcessTableRow> HoldersOf(string lockFile)
    {
        var made = File.GetLastWriteTimeUtc(lockFile) + TimeSpan.FromSeconds(1);
        return
        [
            .. ProcessTable
                .FindByOpenFile(lockFile)
                .Concat(
                    ProcessTable
                        .FindByWorkingDirectory(Path.GetDirectoryName(commonDirectory)!)
                        .Where(process => process.Name.StartsWith("git", StringComparison.Ordinal) && process.StartedUtc <= made)
                )
                .DistinctBy(process => process.ProcessId),
        ];
    }

    /// <summary>Returns a description, for an error message, of a lock file that was not released in time.</summary>
    public string Describe(string lockFile, TimeSpan waited)
    {
        var holders = HoldersOf(lockFile);
        var who =
            holders.Count == 0
                ? "No running process has it open; a killed git process probably left it behind. If no git command is "
                    + "running here, remove the file."
                : $"It may be held by {string.Join(", ", holders.Select(holder => $"{holder.Name} (process {holder.ProcessId})"))}. Wait "
                    + "until that process has ended, then run the command again.";
        return $"The lock file '{lockFile}' has blocked git for {waited.TotalSeconds:0} s. {who}";
    }

    /// <summary>Returns the lock file that caused a git failure, or null if no lock file did.</summary>
    public string? Of(GitException fault)
    {
        var match = LockPattern().Match(fault.ErrorOutput);
        var configuration = ConfigurationLockPattern().Match(fault.ErrorOutput);
        return match.Success ? Path.GetFullPath(match.Groups[1].Value, commonDirectory)
            : configuration.Success ? Path.GetFullPath(configuration.Groups[1].Value + ".lock", commonDirectory)
            : null;
    }

    [GeneratedRegex(@"Unable to create '(.+?\.lock)': File exists", RegexOptions.CultureInvariant)]
    private static partial Regex LockPattern();

    [GeneratedRegex(@"could not lock config file (.+?): File exists", RegexOptions.CultureInvariant)]
    private static partial Regex ConfigurationLockPattern();
}
