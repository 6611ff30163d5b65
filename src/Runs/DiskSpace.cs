using System.Data.Common;

namespace Orchestrator.Runs;

/// <summary>Checks the free space on a disk.</summary>
public static class DiskSpace
{
    /// <summary>
    /// Threshold of free space, in bytes, below which the disk counts as full. With less space, not even a status file fits.
    /// </summary>
    private const long Nothing = 64 * 1024;

    // errno(3): ENOSPC, EDQUOT.
    private const int NoSpace = 28;
    private const int NoQuota = 122;
    private static readonly string[] Texts =
    [
        "No space left on device",
        "ENOSPC",
        "Out of diskspace",
        "Disk quota exceeded",
        "database or disk is full",
    ];

    /// <summary>
    /// True if an operation failed because the disk or the user's quota is full. This is detected from the error number, or from the
    /// message of another program.
    /// </summary>
    /// <param name="fault">The failure, or null for none.</param>
    public static bool IsLacking(Exception? fault) =>
        fault is not null
        && (
            fault switch
            {
                IOException io => io.HResult is NoSpace or NoQuota || IsNamedBy(io.Message),
                GitException git => IsNamedBy(git.ErrorOutput),
                DbException database => IsNamedBy(database.Message),
                _ => false,
            } || IsLacking(fault.InnerException)
        );

    /// <summary>True if the output of a program reports a full disk or quota.</summary>
    public static bool IsNamedBy(string text) => Texts.Any(name => text.Contains(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns a message if the disk is full. Returns null otherwise.</summary>
    /// <param name="path">Absolute path of a file or folder on the disk.</param>
    public static string? FullAt(string path) =>
        new DriveInfo(path).AvailableFreeSpace >= Nothing
            ? null
            : $"The disk of {path} is full. Runs can't record their progress, so the displayed state may be outdated. Free "
                + "some space; the runs then continue by themselves.";

    /// <summary>Throws an I/O exception if the disk is full, so that the step is retried.</summary>
    /// <param name="path">Absolute path of a file or folder on the disk.</param>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void ThrowIfFull(string path)
    {
        if (FullAt(path) is not null)
        {
            throw new IOException($"No space left on device: '{path}'", NoSpace);
        }
    }

    /// <summary>Returns a message if the disk has less free space than the reserve. Returns null otherwise.</summary>
    /// <param name="path">Absolute path of a file or folder on the disk.</param>
    /// <param name="reserve">Required free space in bytes.</param>
    /// <param name="next">The action that follows after the user has freed space, as the end of a sentence.</param>
    public static string? Shortage(string path, long reserve, string next)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        return free >= reserve
            ? null
            : $"Only {ByteSizes.Describe(free)} are free at {path}; {ByteSizes.Describe(reserve)} are kept in reserve (disk.reserve). "
                + $"Free some space; {next}.";
    }
}
