namespace Orchestrator.Activities;

/// <summary>Free space on a disk.</summary>
internal static class DiskSpace
{
    private const double Gigabyte = 1e9;

    /// <summary>What to tell a person when less than the reserve is free; null when there is enough.</summary>
    public static string? Shortage(string path, long reserve)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        return free >= reserve
            ? null
            : $"Only {free / Gigabyte:0.0} GB are free at {path}; {reserve / Gigabyte:0.0} GB are kept in reserve (disk.reserve). Free some space; the run goes on by itself.";
    }
}
