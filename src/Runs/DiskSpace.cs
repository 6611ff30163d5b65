namespace Orchestrator.Runs;

/// <summary>Checks the free space on a disk.</summary>
public static class DiskSpace
{
    /// <summary>Free space in bytes below which the disk counts as full, because not even a status file fits.</summary>
    private const long Nothing = 64 * 1024;

    /// <summary>Returns a message if the disk is full. Returns null otherwise.</summary>
    /// <param name="path">Absolute path of a file or folder on the disk.</param>
    public static string? FullAt(string path) =>
        new DriveInfo(path).AvailableFreeSpace >= Nothing
            ? null
            : $"The disk of {path} is full. Runs can't record their progress, so their shown state may be outdated. Free "
                + "some space; the runs then continue by themselves.";

    /// <summary>Returns a message if the disk has less free space than the reserve. Returns null otherwise.</summary>
    /// <param name="path">Absolute path of a file or folder on the disk.</param>
    /// <param name="reserve">Required free space in bytes.</param>
    /// <param name="next">The action that follows after the user has freed space, as the end of a sentence.</param>
    public static string? Shortage(string path, long reserve, string next)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        return free >= reserve
            ? null
            : $"Only {Sizes.Describe(free)} are free at {path}; {Sizes.Describe(reserve)} are kept in reserve (disk.reserve). "
                + $"Free some space; {next}.";
    }
}
