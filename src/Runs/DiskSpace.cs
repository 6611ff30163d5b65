using Orchestrator.Plans;

namespace Orchestrator.Runs;

/// <summary>Free space on a disk.</summary>
internal static class DiskSpace
{
    /// <summary>What to tell a person when less than the reserve is free; null when there is enough.</summary>
    public static string? Shortage(string path, long reserve)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        return free >= reserve
            ? null
            : $"Only {Sizes.Describe(free)} are free at {path}; {Sizes.Describe(reserve)} are kept in reserve (disk.reserve). "
                + "Free some space; the run goes on by itself.";
    }
}
