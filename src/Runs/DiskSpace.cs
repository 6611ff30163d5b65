namespace Orchestrator.Runs;

/// <summary>Free space on a disk.</summary>
internal static class DiskSpace
{
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
