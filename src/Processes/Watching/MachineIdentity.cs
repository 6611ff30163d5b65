using System.Security.Cryptography;

namespace Orchestrator.Processes;

/// <summary>Facts that distinguish machines: host names do not, because two machines may have the same and one may change its
/// own.</summary>
public sealed record MachineFacts
{
    // The inode of the first process namespace of every Linux kernel (PROC_PID_INIT_INO).
    private const string FirstProcessNamespace = "pid:[4026531836]";

    /// <summary>The content of <c>/etc/machine-id</c> (machine-id(5)); empty where there is none.</summary>
    public required string MachineId { get; init; }

    /// <summary>The present boot.</summary>
    public required string BootId { get; init; }

    /// <summary>The name of the host.</summary>
    public required string HostName { get; init; }

    /// <summary>True if the machine is a container: its machine id may be that of its image, and so of every container made of
    /// it.</summary>
    public required bool IsContainer { get; init; }

    /// <summary>Folder for state of this machine alone; null where nothing can be stored.</summary>
    public required string? StateFolder { get; init; }

    /// <summary>The facts of the machine that this process runs on.</summary>
    /// <param name="environment">Variables of the process; they name the user's folders.</param>
    public static MachineFacts Read(IReadOnlyDictionary<string, string> environment) =>
        new()
        {
            MachineId = SmallFile.ReadIfPossible("/etc/machine-id") is { } id ? Encoding.UTF8.GetString(id).Trim() : "",
            BootId = ProcessIdentity.CurrentBootId,
            HostName = Environment.MachineName,
            IsContainer =
                ProcFiles.OwnProcessNamespace() != FirstProcessNamespace
                || File.Exists("/.dockerenv")
                || File.Exists("/run/.containerenv")
                || new DriveInfo("/").DriveFormat.StartsWith("overlay", StringComparison.Ordinal),
            StateFolder =
                environment.GetValueOrDefault("XDG_STATE_HOME") is { Length: > 0 } state ? Path.Combine(state, "orchestrator")
                : environment.GetValueOrDefault("HOME") is { Length: > 0 } home ? Path.Combine(home, ".local", "state", "orchestrator")
                : null,
        };
}

/// <summary>The name of this machine in queues and in identities of workers: 16 hex digits, the same after a restart, another one on every
/// other machine.</summary>
public static class MachineIdentity
{
    private const string FileName = "machine";

    /// <summary>On a real machine the hash of its machine id. In a container, or without a machine id, also of a file in the user's state,
    /// which is written once, and of the host's name: containers of one image share the machine id, and containers may share the user's
    /// files.</summary>
    /// <param name="facts">Facts about the machine.</param>
    public static string Of(MachineFacts facts) =>
        facts is { IsContainer: false, MachineId.Length: > 0 }
            ? Hash(facts.MachineId)
            : Hash($"{facts.MachineId}\n{facts.HostName}\n{(facts.StateFolder is { } folder ? KeptIn(folder) : null) ?? facts.BootId}");

    /// <summary>The machine that this process runs on.</summary>
    /// <param name="environment">Variables of the process.</param>
    public static string Find(IReadOnlyDictionary<string, string> environment) => Of(MachineFacts.Read(environment));

    // The first process writes it atomically; all read it then. Null where nothing can be stored: then the name is valid until the next
    // boot.
    private static string? KeptIn(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(file))
            {
                DurableFile.TryCreate(file, Guid.NewGuid().ToString("N") + "\n");
            }
            return File.ReadAllText(file).Trim() is { Length: > 0 } kept ? kept : null;
        }
        catch (Exception unkept) when (unkept is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The machine id is confidential (machine-id(5)): only a hash of it may be visible.
    private static string Hash(string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData("orchestrate machine"u8, Encoding.UTF8.GetBytes(text)))[..16];
}
