namespace Orchestrator.Git.Program;

/// <summary>A git command failed unexpectedly. The message names the command, the place and git's own words.</summary>
public class GitException(string message, int? exitCode = null, string errorOutput = "", Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The exit code of git, if it ran.</summary>
    public int? ExitCode { get; } = exitCode;

    /// <summary>The text that git printed to standard error.</summary>
    public string ErrorOutput { get; } = errorOutput;

    /// <summary>True if the machine is at fault (disk full or read-only, out of memory or processes), so that the same call may work
    /// later.</summary>
    public bool IsEnvironment => EnvironmentFaults.Any(fault => ErrorOutput.Contains(fault, StringComparison.OrdinalIgnoreCase));

    /// <summary>True if git itself refused, and the machine is not at fault: for a call about one worktree, the content of that worktree is
    /// the reason.</summary>
    public bool IsRefusal => GetType() == typeof(GitException) && ExitCode is (1 or 128) && !IsEnvironment;

    /// <summary>True if a file went, or was written, between the moments when git listed and read it: the same call may work now.</summary>
    public bool IsOfChangingFile => ChangingFiles.Any(fault => ErrorOutput.Contains(fault, StringComparison.Ordinal));

    // Messages of git's object-file.c and read-cache.c about files that it adds.
    private static readonly string[] ChangingFiles = ["unable to stat '", "short read while indexing", "No such file or directory"];

    // The system's own texts (strerror(3), in the C locale that git is given), and git's messages about memory and failed writes.
    private static readonly string[] EnvironmentFaults =
    [
        "No space left on device",
        "Out of diskspace", // Of an index or a pack that git could not write (csum-file.c).
        "Disk quota exceeded",
        "Read-only file system",
        "Cannot allocate memory",
        "out of memory",
        "Resource temporarily unavailable",
        "Too many open files",
        "Input/output error",
    ];
}

/// <summary>The git program is missing or too old; nothing can be done until a person installs it.</summary>
public sealed class GitUnavailableException(string message, Exception? inner = null) : GitException(message, inner: inner);

/// <summary>The given folder is no git repository, or one that git refuses to open.</summary>
public sealed class NotARepositoryException(string message) : GitException(message);

/// <summary>Another process holds a lock file of the repository for longer than we wait.</summary>
public sealed class GitLockedException(string message, string lockFile) : GitException(message)
{
    /// <summary>The lock file.</summary>
    public string LockFile { get; } = lockFile;
}

/// <summary>Something else is in a worktree's place: a link, another repository. A retry does not help.</summary>
public sealed class WorktreeReplacedException(string message) : GitException(message);
