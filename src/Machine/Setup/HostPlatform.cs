using System.Runtime.InteropServices;

namespace Orchestrator.Machine.Setup;

/// <summary>Abilities of this machine to follow and stop processes.</summary>
/// <param name="Name">The system, for people.</param>
/// <param name="IsLinux">Linux, also in WSL 2 and in containers.</param>
/// <param name="HasProcessTable">The system's table of processes, <c>/proc</c>, is mounted.</param>
public sealed record HostPlatform(string Name, bool IsLinux, bool HasProcessTable)
{
    /// <summary>The machine that this process runs on.</summary>
    public static HostPlatform Current { get; } =
        OperatingSystem.IsLinux()
            ? new("Linux", true, File.Exists("/proc/self/stat"))
            : new(RuntimeInformation.OSDescription, false, false);

    /// <summary>Why nothing can run on it, as a sentence; null where it can.</summary>
    public string? Refusal =>
        !IsLinux
            ? $"orchestrate works on Linux; this is {Name}, where left-over processes of agents could not be found and stopped. "
                + "macOS is not supported yet."
        : !HasProcessTable ? "The system's table of processes is not mounted at /proc; without it processes can't be followed and stopped."
        : null;

    /// <summary>The cure for <see cref="Refusal"/>.</summary>
    public string Cure => !IsLinux ? "Use Linux: WSL 2 on Windows, or a container." : "Mount it: mount -t proc proc /proc.";
}
