namespace Orchestrator.Gates.Running;

/// <summary>The machine's own records of a fault, which no output can forge: the kernel's count of processes that it killed for memory, and
/// the free space of file systems. Made before a gate begins.</summary>
/// <param name="folders">Folders that the gate writes to.</param>
internal sealed class MachineRecords(IEnumerable<string> folders)
{
    private const long Full = 8L * 1024 * 1024;
    private readonly long? _kills = MemoryKills.Count();

    /// <summary>True if the records show the fault that a gate's output states.</summary>
    /// <param name="cause">The stated cause; null: none of those with records.</param>
    public bool Show(EnvironmentCause? cause) =>
        cause switch
        {
            EnvironmentCause.OutOfMemory => MemoryKills.Count() > _kills,
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
