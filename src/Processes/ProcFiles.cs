using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Processes;

/// <summary>Reads <c>/proc</c> (proc(5)). A process that ends meanwhile, or belongs to somebody else, reads as not there.</summary>
internal static partial class ProcFiles
{
    // open(2) on Linux.
    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;

    /// <summary>USER_HZ: 100 on every Linux that .NET runs on (proc(5), sysconf(3)).</summary>
    internal const int TicksPerSecond = 100;

    /// <summary>Now, as <see cref="ProcessInfo.StartTime"/> counts; what is started from now on has this number or a higher one.</summary>
    internal static long ReadTicks() => (long)(ReadUptime().TotalSeconds * TicksPerSecond);

    internal static TimeSpan ReadUptime() => TimeSpan.FromSeconds(
        double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));

    internal static string? WorkingDirectory(int processId) => LinkTarget($"/proc/{processId}/cwd");

    internal static IEnumerable<string> OpenFiles(int processId)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd").Select(LinkTarget).OfType<string>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    internal static string ReadBootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    internal static IEnumerable<int> ProcessIds()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                yield return id;
            }
        }
    }

    internal static ProcessInfo? ReadStat(int processId) =>
        TryRead($"/proc/{processId}/stat") is { } bytes ? ParseStat(Encoding.UTF8.GetString(bytes)) : null;

    /// <summary>The name in the second field may hold blanks and parentheses; what follows the last one is regular.</summary>
    internal static ProcessInfo? ParseStat(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = text.LastIndexOf(')');
        if (open < 0 || close < open)
        {
            return null;
        }

        var fields = text[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 20
            ? null
            : new ProcessInfo(
                Number(text[..open].Trim()),
                text[(open + 1)..close],
                fields[0][0],
                Number(fields[1]),
                Number(fields[2]),
                Number(fields[3]),
                Number(fields[17]),
                long.Parse(fields[19], CultureInfo.InvariantCulture))
            {
                CpuTime = TimeSpan.FromSeconds((double)fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond),
            };
    }

    /// <summary>A variable as it stands in an environment.</summary>
    internal static byte[] Assignment(string name, string value) => Encoding.UTF8.GetBytes($"{name}={value}");

    /// <summary>True if the process was started with this variable and value in its environment.</summary>
    internal static bool HasEnvironment(int processId, ReadOnlySpan<byte> assignment)
    {
        if (TryRead($"/proc/{processId}/environ") is not { } environment)
        {
            return false;
        }

        var rest = environment.AsSpan();
        while (rest.Length > 0)
        {
            var end = rest.IndexOf((byte)0);
            var entry = end < 0 ? rest : rest[..end];
            if (entry.SequenceEqual(assignment))
            {
                return true;
            }

            rest = end < 0 ? default : rest[(end + 1)..];
        }

        return false;
    }

    /// <summary>The sum of lines such as <c>RssAnon: 12 kB</c>, in bytes; null if the file can't be read or has not all of them.</summary>
    internal static long? SumOfSizes(string path, IReadOnlyList<string> names)
    {
        if (TryRead(path) is not { } bytes)
        {
            return null;
        }

        var sizes = Encoding.UTF8.GetString(bytes).Split('\n')
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2 && names.Contains(parts[0]))
            .Select(parts => 1024 * long.Parse(parts[1].Trim().Split(' ')[0], CultureInfo.InvariantCulture))
            .ToList();
        return sizes.Count == names.Count ? sizes.Sum() : null;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Half of all processes are of the kernel or of others, and cannot be read: an exception for each would cost a look through the table most of its time.
    private static byte[]? TryRead(string path)
    {
        using var file = Open(path, OpenReadOnly | OpenCloseOnExec);
        if (file.IsInvalid)
        {
            return null;
        }

        var bytes = new byte[4096];
        for (var length = 0; ;)
        {
            var count = Read(file, ref bytes[length], bytes.Length - length);
            if (count < 0)
            {
                return null;
            }

            if (count == 0)
            {
                return bytes[..length];
            }

            length += (int)count;
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, bytes.Length * 2);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(SafeFileHandle file, ref byte buffer, nint count);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
