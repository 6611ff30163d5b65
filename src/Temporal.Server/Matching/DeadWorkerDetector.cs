using System.Globalization;

namespace Temporal.Server.Matching;

/// <summary>
/// Detects dead workers on this machine from their identities, which have the form <c>pid@machine#boot id#process start time#process
/// namespace-random</c>.
/// </summary>
/// <param name="machine">Name of this machine in worker identities.</param>
internal sealed class DeadWorkerDetector(string machine)
{
    private static readonly string BootId = Read("/proc/sys/kernel/random/boot_id");
    private static readonly string Namespace = OwnNamespace();

    /// <summary>True if the identity certainly belongs to a process on this machine that has ended; false in case of doubt.</summary>
    public bool IsGone(string identity)
    {
        var parts = identity.Split('#');
        var at = identity.IndexOf('@', StringComparison.Ordinal);
        if (
            parts.Length < 4
            || at <= 0
            || !int.TryParse(identity.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || parts[0][(at + 1)..] != machine
            || BootId.Length == 0
        )
        {
            return false;
        }

        // In another container of the same boot, this process id belongs to another process.
        return parts[1] != BootId || (parts[3].Split('-')[0] == Namespace && StartTime(pid) != parts[2]);
    }

    /// <summary>
    /// Start time of a process in clock ticks since boot, as reported by the kernel; empty if the process does not exist.
    /// </summary>
    public static string StartTime(int pid)
    {
        var stat = Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");

        // The name in parentheses may contain spaces; the start time is the 20th field after it.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 ? fields[19] : "";
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string OwnNamespace()
    {
        try
        {
            return new string([.. (new FileInfo("/proc/self/ns/pid").LinkTarget ?? "").Where(char.IsAsciiDigit)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
