using System.Globalization;

namespace Orchestrator.Processes;

/// <summary>Identifies a process uniquely. Process ids are reused, so the start time and the host's boot id are included.</summary>
/// <param name="StartTime">Clock ticks between boot and start, field 22 of <c>/proc/PID/stat</c> (proc(5)).</param>
/// <param name="BootId">Content of <c>/proc/sys/kernel/random/boot_id</c>.</param>
public sealed record ProcessIdentity(int ProcessId, long StartTime, string BootId)
{
    private static readonly Lazy<ProcessIdentity> OfThisProcess = new(() =>
        Of(Environment.ProcessId)
        ?? throw new InvalidOperationException("/proc does not list this process, so it is not mounted or belongs to another namespace.")
    );

    /// <summary>Id of the host's current boot.</summary>
    public static string CurrentBootId { get; } = ProcFiles.ReadBootId();

    /// <summary>Identifies the PID namespace of this process (pid_namespaces(7)) during one boot.</summary>
    public static string CurrentNamespace { get; } = new string([.. (ProcFiles.OwnProcessNamespace() ?? "").Where(char.IsAsciiDigit)]);

    /// <summary>Identity of this process.</summary>
    public static ProcessIdentity Current => OfThisProcess.Value;

    /// <summary>Returns the identity of the running process with this id, or null if none exists.</summary>
    public static ProcessIdentity? Of(int processId) => ProcFiles.ReadStat(processId) is { IsDead: false } found ? found.Identity : null;

    /// <summary>Parses the result of <see cref="ToString"/>. Returns null if the text is incomplete or has a different format.</summary>
    public static ProcessIdentity? TryParse(string? text)
    {
        var parts = (text ?? string.Empty).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return
            parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var startTime)
            && Guid.TryParse(parts[2], out _)
            ? new ProcessIdentity(processId, startTime, parts[2])
            : null;
    }

    /// <summary>True if exactly this process is running, with the same boot id, process id and start time, and is not a zombie.</summary>
    public bool IsAlive() =>
        BootId == CurrentBootId && ProcFiles.ReadStat(ProcessId) is { IsDead: false } stat && stat.StartTime == StartTime;

    /// <summary>Formats the process id, start time and boot id, separated by spaces, as in pid files.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessId} {StartTime} {BootId}");
}
