using System.Globalization;

namespace Orchestrator.Processes;

/// <summary>
/// Reads <c>/proc</c> (proc(5)). Data that can't be read, for example because the process has ended or belongs to another user, counts as
/// missing.
/// </summary>
internal static class ProcFiles
{
    /// <summary>Value of USER_HZ, which is 100 on every Linux that .NET supports (proc(5), sysconf(3)).</summary>
    internal const int TicksPerSecond = 100;

    /// <summary>
    /// Maximum number of attempts to read the environment of a starting process, one millisecond apart. A stalled disk may delay the start.
    /// </summary>
    private const int MostLooks = 1000;

    /// <summary>
    /// Returns the time since boot in the unit of <see cref="ProcessTableRow.StartTime"/>. A process that starts later has the same or a
    /// higher start time.
    /// </summary>
    internal static long ReadTicks() => (long)(ReadUptime().TotalSeconds * TicksPerSecond);

    internal static TimeSpan ReadUptime() =>
        TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));

    internal static string? WorkingDirectory(int processId) => LinkTarget($"/proc/{processId}/cwd");

    internal static IReadOnlyList<string> Arguments(int processId) =>
        SmallFileReader.ReadIfPossible($"/proc/{processId}/cmdline") is { } bytes
            ? [.. Encoding.UTF8.GetString(bytes).TrimEnd('\0').Split('\0')]
            : [];

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

    /// <summary>
    /// True if a process is in the PID namespace of this process (pid_namespaces(7)). Process ids differ between namespaces, for example in
    /// containers.
    /// </summary>
    internal static bool SharesProcessIds(int processId) =>
        LinkTarget($"/proc/{processId}/ns/pid") is { } theirs && theirs == OwnProcessNamespace();

    /// <summary>Returns the PID namespace of this process as <c>pid:[INODE]</c>.</summary>
    internal static string? OwnProcessNamespace() => LinkTarget("/proc/self/ns/pid");

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

    internal static ProcessTableRow? ReadStat(int processId) =>
        SmallFileReader.ReadIfPossible($"/proc/{processId}/stat") is { } bytes ? ParseStat(Encoding.UTF8.GetString(bytes)) : null;

    /// <summary>
    /// Parses a line of <c>/proc/PID/stat</c>. The program name in the second field may contain blanks and parentheses, so the regular
    /// fields are read after the last parenthesis.
    /// </summary>
    internal static ProcessTableRow? ParseStat(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = text.LastIndexOf(')');
        if (open < 0 || close < open)
        {
            return null;
        }

        // Two of the 50 fields are far behind the others.
        var rest = text.AsSpan(close + 1);
        Span<Range> fields = stackalloc Range[21];
        return rest.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries) < 20
            ? null
            : new ProcessTableRow(
                Number(text.AsSpan(0, open).Trim()),
                text[(open + 1)..close],
                rest[fields[0]][0],
                Number(rest[fields[1]]),
                Number(rest[fields[3]]),
                Number(rest[fields[17]]),
                Ticks(rest[fields[19]])
            )
            {
                CpuTime = TimeSpan.FromSeconds(
                    (double)(Ticks(rest[fields[11]]) + Ticks(rest[fields[12]]) + Ticks(rest[fields[13]]) + Ticks(rest[fields[14]]))
                        / TicksPerSecond
                ),
            };
    }

    /// <summary>Formats a variable as <c>NAME=VALUE</c>, its form in an environment.</summary>
    internal static byte[] Assignment(string name, string value) => Encoding.UTF8.GetBytes($"{name}={value}");

    /// <summary>True if the process was started with this variable and value in its environment.</summary>
    internal static bool HasEnvironment(int processId, ReadOnlySpan<byte> assignment) => Holds(ReadEnvironment(processId), assignment);

    /// <summary>Returns the named variables that are in a process's initial environment.</summary>
    internal static IReadOnlyList<(string Name, string Value)> Variables(int processId, params IReadOnlyList<string> names)
    {
        var environment = ReadEnvironment(processId);
        var found = new List<(string, string)>();
        foreach (var name in names)
        {
            var assignment = Encoding.UTF8.GetBytes(name + "=");
            foreach (var range in environment.Split((byte)0))
            {
                if (environment[range].StartsWith(assignment))
                {
                    found.Add((name, Encoding.UTF8.GetString(environment[range][assignment.Length..])));
                    break;
                }
            }
        }
        return found;
    }

    /// <summary>Returns the initial environment of a process, or empty if it can't be read. Waits for a process that is starting its
    /// program, because it briefly has no environment.</summary>
    private static ReadOnlySpan<byte> ReadEnvironment(int processId)
    {
        for (var looks = 0; looks < MostLooks; looks++)
        {
            var environment = SmallFileReader.ReadAtOnceIfPossible($"/proc/{processId}/environ");
            if (environment is not { Length: 0 })
            {
                return environment;
            }
            if (
                SmallFileReader.ReadIfPossible($"/proc/{processId}/stat") is not { } stat
                || !MayHaveEnvironment(Encoding.UTF8.GetString(stat))
            )
            {
                return default;
            }
            Thread.Sleep(1);
        }
        return default;
    }

    /// <summary>
    /// True if an environment that was read as empty must be read again, because the process may have started another program in the
    /// meantime. In this case, the line of <c>/proc/PID/stat</c> shows an environment or an execve(2) in progress.
    /// </summary>
    internal static bool MayHaveEnvironment(string stat)
    {
        // Fields (proc(5)): 23 is the size of memory, which is 0 for a kernel thread or an ended process. 26 is the start of the code,
        // which is
        // set after the environment. 50 and 51 are the start and end of the environment (since Linux 3.5). The first field after the name
        // is 3.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 51 - 3 && fields[23 - 3] != "0" && (fields[26 - 3] == "0" || fields[50 - 3] != fields[51 - 3]);
    }

    private static bool Holds(ReadOnlySpan<byte> environment, ReadOnlySpan<byte> assignment)
    {
        while (environment.Length > 0)
        {
            var end = environment.IndexOf((byte)0);
            if ((end < 0 ? environment : environment[..end]).SequenceEqual(assignment))
            {
                return true;
            }
            environment = end < 0 ? default : environment[(end + 1)..];
        }
        return false;
    }

    /// <summary>
    /// Returns the total, in bytes, of the sizes in lines such as <c>RssAnon: 12 kB</c>. Returns null if the file can't be read or a line
    /// is missing.
    /// </summary>
    internal static long? SumOfSizes(string path, IReadOnlyList<string> names)
    {
        if (SmallFileReader.ReadIfPossible(path) is not { } bytes)
        {
            return null;
        }
        var sizes = Encoding
            .UTF8.GetString(bytes)
            .Split('\n')
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

    private static long Ticks(ReadOnlySpan<char> text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static int Number(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
