namespace Orchestrator.Gates.Running;

/// <summary>
/// Evidence of environment faults, taken from system records that a gate's output can't forge. These are the kernel's count of OOM kills
/// and the free space of file systems. An instance must be created before the gate starts.
/// </summary>
/// <param name="folders">Folders that the gate writes to.</param>
internal sealed class EnvironmentFaultEvidence(IEnumerable<string> folders)
{
    private const long Full = 8L * 1024 * 1024;
    private readonly long? _kills = OutOfMemoryKillCounter.Count();

    /// <summary>True if system records confirm the environment fault that a gate's output reports.</summary>
    /// <param name="cause">Reported cause, or null if the cause is unknown.</param>
    public bool Show(EnvironmentCause? cause) =>
        cause switch
        {
            EnvironmentCause.OutOfMemory => OutOfMemoryKillCounter.Count() > _kills,
            EnvironmentCause.NoSpace => folders.Any(IsFull),
            _ => false,
        };

    private static bool IsFull(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace < Full;
        }
        catch (Exception unreadable) when (unreadable is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
