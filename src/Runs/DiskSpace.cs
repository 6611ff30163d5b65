namespace Orchestrator.Runs;

/// <summary>Free space on a disk.</summary>
public static class DiskSpace
{
    /// <summary>Less is as good as nothing: not even a status can be written.</summary>
    private const long Nothing = 64 * 1024;

    /// <summary>A sentence where nothing can be written any more; null: there is room.</summary>
    /// <param name="path">Where.</param>
    public static string? FullAt(string path) =>
        new DriveInfo(path).AvailableFreeSpace >= Nothing
            ? null
            : $"The disk of {path} is full: what runs do can't be recorded, so this may be older than it seems. Free some space; they "
                + "continue by themselves.";

    /// <summary>A message when less than the reserve is free; null when there is enough.</summary>
    /// <param name="path">Where.</param>
    /// <param name="reserve">Bytes.</param>
    /// <param name="next">What to do after some space is freed, as the end of a sentence.</param>
    public static string? Shortage(string path, long reserve, string next)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        return free >= reserve
            ? null
            : $"Only {Sizes.Describe(free)} are free at {path}; {Sizes.Describe(reserve)} are kept in reserve (disk.reserve). "
                + $"Free some space; {next}.";
    }
}
