namespace Orchestrator.Git.Program;

/// <summary>Thrown if a git command fails unexpectedly. The message contains the command, the repository and git's error text.</summary>
public class GitException(string message, int? exitCode = null, string errorOutput = "", Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Exit code of git, or null if git did not exit by itself.</summary>
    public int? ExitCode { get; } = exitCode;

    /// <summary>Standard error output of git.</summary>
    public string ErrorOutput { get; } = errorOutput;

    /// <summary>
    /// True if the machine caused the failure, so a retry may succeed. Examples are a full or read-only disk and a lack of memory or
    /// processes.
    /// </summary>
    public bool IsEnvironment => EnvironmentFaults.Any(fault => ErrorOutput.Contains(fault, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// True if git itself refused the command and the failure was not caused by the machine. If the call concerns a single worktree, the
    /// state of that worktree is then the cause.
    /// </summary>
    public bool IsRefusal => GetType() == typeof(GitException) && ExitCode is (1 or 128) && !IsEnvironment;

    /// <summary>
    /// True if git failed because another process removed or wrote a file after git had listed it but before git read it. A retry may
    /// succeed.
    /// </summary>
    public bool IsOfChangingFile => ChangingFiles.Any(fault => ErrorOutput.Contains(fault, StringComparison.Ordinal));

    // Messages of git's object-file.c and read-cache.c about files being added.
    private static readonly string[] ChangingFiles = ["unable to stat '", "short read while indexing", "No such file or directory"];

    // System error texts (strerror(3) in the C locale, which git calls use), and git's messages about memory and failed writes.
    private static readonly string[] EnvironmentFaults =
    [
        "No space left on device",
        "Out of diskspace", // Git prints this message if it can't write an index or a pack (csum-file.c).
        "Disk quota exceeded",
        "Read-only file system",
        "Cannot allocate memory",
        "out of memory",
        "Resource temporarily unavailable",
        "Too many open files",
        "Input/output error",
    ];
}

/// <summary>Thrown if the git program is missing or too old. The user must install a supported version.</summary>
public sealed class GitUnavailableException(string message, Exception? inner = null) : GitException(message, inner: inner);

/// <summary>Thrown if the given folder is not a git repository or git refuses to open the repository.</summary>
public sealed class NotARepositoryException(string message) : GitException(message);

/// <summary>Thrown if another process holds a lock file of the repository for longer than the configured time limit.</summary>
public sealed class GitLockedException(string message, string lockFile) : GitException(message)
{
    /// <summary>Path of the lock file.</summary>
    public string LockFile { get; } = lockFile;
}

/// <summary>Thrown if the path of a worktree now contains something else, such as a link or another repository. A retry can't
/// succeed.</summary>
public sealed class WorktreeReplacedException(string message) : GitException(message);
