using System.Globalization;

namespace Temporal.Server.Matching;

/// <summary>
/// Knows by the identity of our workers, <c>pid@machine#boot id#process start time#process namespace-random</c>, whether their process of
/// this machine is gone.
/// </summary>
/// <param name="machine">What identities call this machine.</param>
internal sealed class DeadWorkers(string machine)
{
    private static readonly string BootId = Read("/proc/sys/kernel/random/boot_id");
    private static readonly string Namespace = OwnNamespace();

    /// <summary>True only when the identity names a process of this machine that certainly does not run any more.</summary>
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

        // In another container of this boot the same id is another process.
        return parts[1] != BootId || (parts[3].Split('-')[0] == Namespace && StartTime(pid) != parts[2]);
    }

    /// <summary>The start time of a process in clock ticks since boot, as the kernel has it; empty when there is no such process.</summary>
    public static string StartTime(int pid)
    {
        var stat = Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");

        // The name in parentheses may hold spaces; the start time is the 20th field behind it.
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
