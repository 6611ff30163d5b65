using System.Security.Cryptography;

namespace Orchestrator.Processes;

/// <summary>Data that distinguishes hosts. Host names do not suffice, because two hosts may have the same name and a host may change its
/// name.</summary>
public sealed record HostIdentificationRecord
{
    // Inode of the first process namespace of every Linux kernel (PROC_PID_INIT_INO).
    private const string FirstProcessNamespace = "pid:[4026531836]";

    /// <summary>Content of <c>/etc/machine-id</c> (machine-id(5)), or empty if it does not exist.</summary>
    public required string MachineId { get; init; }

    /// <summary>Id of the current boot.</summary>
    public required string BootId { get; init; }

    /// <summary>Host name.</summary>
    public required string HostName { get; init; }

    /// <summary>
    /// True if the host is a container. In a container, the machine id may come from the image, so that all containers of the image share
    /// the id.
    /// </summary>
    public required bool IsContainer { get; init; }

    /// <summary>Folder for state that belongs only to this host, or null if nothing can be stored.</summary>
    public required string? StateFolder { get; init; }

    /// <summary>Reads the data of the host on which this process runs.</summary>
    /// <param name="environment">Variables of the process, which name the user's folders.</param>
    public static HostIdentificationRecord Read(IReadOnlyDictionary<string, string> environment) =>
        new()
        {
            MachineId = SmallFileReader.ReadIfPossible("/etc/machine-id") is { } id ? Encoding.UTF8.GetString(id).Trim() : "",
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

/// <summary>
/// Computes the name of this host in task queues and worker identities. The name has 16 hex digits, is stable across restarts, and differs
/// from the name of every other host.
/// </summary>
public static class MachineIdentityCalculator
{
    private const string FileName = "machine";

    /// <summary>
    /// Computes the host's name. On a physical or virtual machine, the name is the hash of the machine id. In a container or without a
    /// machine id, the hash also includes the host name and a value stored in the user's state folder. This distinguishes containers that
    /// share an image or the user's files.
    /// </summary>
    /// <param name="facts">Data of the host.</param>
    public static string Of(HostIdentificationRecord facts) =>
        facts is { IsContainer: false, MachineId.Length: > 0 }
            ? Hash(facts.MachineId)
            : Hash($"{facts.MachineId}\n{facts.HostName}\n{(facts.StateFolder is { } folder ? KeptIn(folder) : null) ?? facts.BootId}");

    /// <summary>Returns the name of the host on which this process runs.</summary>
    /// <param name="environment">Variables of the process.</param>
    public static string Find(IReadOnlyDictionary<string, string> environment) => Of(HostIdentificationRecord.Read(environment));

    // The first process writes the file atomically, and all processes read it. Returns null if nothing can be stored. The name is then
    // valid until the next boot.
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

    // The machine id is confidential (machine-id(5)), so only its hash may be visible.
    private static string Hash(string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData("orchestrate machine"u8, Encoding.UTF8.GetBytes(text)))[..16];
}
