using System.Runtime.InteropServices;

namespace Orchestrator.Machine.Setup;

/// <summary>Ability of this machine to follow and stop processes.</summary>
/// <param name="Name">Display name of the system.</param>
/// <param name="IsLinux">True for Linux, including WSL 2 and containers.</param>
/// <param name="HasProcessTable">True if the system's process table, <c>/proc</c>, is mounted.</param>
public sealed record HostPlatform(string Name, bool IsLinux, bool HasProcessTable)
{
    /// <summary>Machine that this process runs on.</summary>
    public static HostPlatform Current { get; } =
        OperatingSystem.IsLinux()
            ? new("Linux", true, File.Exists("/proc/self/stat"))
            : new(RuntimeInformation.OSDescription, false, false);

    /// <summary>Reason, as a sentence, for which no run can work on the machine, or null if runs can.</summary>
    public string? Refusal =>
        !IsLinux
            ? $"orchestrate needs Linux; on {Name} it could not find and stop processes that agents leave running. "
                + "macOS is not supported yet."
        : !HasProcessTable ? "The process table is not mounted at /proc; without it processes can't be found and stopped."
        : null;

    /// <summary>Suggested fix for <see cref="Refusal"/>.</summary>
    public string Cure => !IsLinux ? "Use Linux: WSL 2 on Windows, or a container." : "Mount it: mount -t proc proc /proc.";
}
