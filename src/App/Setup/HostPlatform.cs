using System.Runtime.InteropServices;

namespace Orchestrator.App.Setup;

/// <summary>Operating system of a machine. Determines whether processes can be tracked and stopped.</summary>
/// <param name="Name">Display name of the system.</param>
/// <param name="IsLinux">True for Linux, including WSL 2 and containers.</param>
/// <param name="HasProcessTable">True if the system's process table, <c>/proc</c>, is mounted.</param>
public sealed record HostPlatform(string Name, bool IsLinux, bool HasProcessTable)
{
    /// <summary>Operating system on which this process is running.</summary>
    public static HostPlatform Current { get; } =
        OperatingSystem.IsLinux()
            ? new("Linux", true, File.Exists("/proc/self/stat"))
            : new(RuntimeInformation.OSDescription, false, false);

    /// <summary>Sentence that explains why runs are impossible on this machine, or null if they are possible.</summary>
    public string? Refusal =>
        !IsLinux
            ? $"orchestrate needs Linux; on {Name} it could not find and stop processes that agents leave running. "
                + "macOS is not supported yet."
        : !HasProcessTable ? "The process table is not mounted at /proc, so processes can't be found and stopped."
        : null;

    /// <summary>Suggested fix for the problem that <see cref="Refusal"/> describes.</summary>
    public string Cure =>
        !IsLinux ? "Use Linux, for example WSL 2 on Windows, or a container." : "Mount it with 'mount -t proc proc /proc'.";
}
