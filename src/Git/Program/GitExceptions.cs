namespace Orchestrator.Git.Program;

/// <summary>A git command failed unexpectedly. The message contains the command, the repository and git's error text.</summary>
public class GitException(string message, int? exitCode = null, string errorOutput = "", Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Exit code of git, or null if git did not run to its end.</summary>
    public int? ExitCode { get; } = exitCode;

    /// <summary>Standard error output of git.</summary>
    public string ErrorOutput { get; } = errorOutput;

    /// <summary>True if the host caused the failure (disk full or read-only, no memory or processes left), so that a retry may
    /// succeed.</summary>
    public bool IsEnvironment => EnvironmentFaults.Any(fault => ErrorOutput.Contains(fault, StringComparison.OrdinalIgnoreCase));

    /// <summary>True if git itself refused and the host did not cause the failure. For a call on one worktree, the worktree's content is
    /// then the cause.</summary>
    public bool IsRefusal => GetType() == typeof(GitException) && ExitCode is (1 or 128) && !IsEnvironment;

    /// <summary>True if a file was removed or written between git's listing and reading it, so that a retry may succeed.</summary>
    public bool IsOfChangingFile => ChangingFiles.Any(fault => ErrorOutput.Contains(fault, StringComparison.Ordinal));

    // Messages of git's object-file.c and read-cache.c about files being added.
    private static readonly string[] ChangingFiles = ["unable to stat '", "short read while indexing", "No such file or directory"];

    // Error texts of the system (strerror(3), in the C locale that git runs with), and git's messages about memory and failed writes.
    private static readonly string[] EnvironmentFaults =
    [
        "No space left on device",
        "Out of diskspace", // For an index or a pack that git could not write (csum-file.c).
        "Disk quota exceeded",
        "Read-only file system",
        "Cannot allocate memory",
        "out of memory",
        "Resource temporarily unavailable",
        "Too many open files",
        "Input/output error",
    ];
}

/// <summary>The git program is missing or too old, and the user must install it.</summary>
public sealed class GitUnavailableException(string message, Exception? inner = null) : GitException(message, inner: inner);

/// <summary>The given folder is not a git repository, or git refuses to open it.</summary>
public sealed class NotARepositoryException(string message) : GitException(message);

/// <summary>Another process held a lock file of the repository for longer than the configured wait.</summary>
public sealed class GitLockedException(string message, string lockFile) : GitException(message)
{
    /// <summary>Path of the lock file.</summary>
    public string LockFile { get; } = lockFile;
}

/// <summary>The path of a worktree now holds something else, such as a link or another repository. A retry can't succeed.</summary>
public sealed class WorktreeReplacedException(string message) : GitException(message);
