namespace Orchestrator.Runs;

/// <summary>Free space on a disk.</summary>
public static class DiskSpace
{
    /// <summary>Free bytes below which the disk counts as full, because not even a status file can be written.</summary>
    private const long Nothing = 64 * 1024;

    /// <summary>Returns a message if the disk is too full to write anything, or null if there is room.</summary>
    /// <param name="path">A path on the disk.</param>
    public static string? FullAt(string path) =>
        new DriveInfo(path).AvailableFreeSpace >= Nothing
            ? null
            : $"The disk of {path} is full. Runs can't record their progress, so this may be outdated. Free some space; they "
                + "continue by themselves.";

    /// <summary>Returns a message if less than the reserve is free, or null if there is enough.</summary>
    /// <param name="path">A path on the disk.</param>
    /// <param name="reserve">The reserve in bytes.</param>
    /// <param name="next">The next step after freeing space, phrased as the end of a sentence.</param>
    public static string? Shortage(string path, long reserve, string next)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        return free >= reserve
            ? null
            : $"Only {Sizes.Describe(free)} are free at {path}; {Sizes.Describe(reserve)} are kept in reserve (disk.reserve). "
                + $"Free some space; {next}.";
    }
}
