using System.Globalization;

namespace Orchestrator.Processes;

/// <summary>
/// Counts the processes that the kernel killed because memory ran out. The counts come from the kernel (cgroups(7), proc_vmstat(5)).
/// </summary>
public static class OutOfMemoryKillCounter
{
    private const string Groups = "sys/fs/cgroup";

    /// <summary>Returns the number of kills since boot, or null if it can't be read. If the kernel counts per control group, as in a
    /// container, the number covers the control group of this process.</summary>
    /// <param name="root">Root of the file system.</param>
    public static long? Count(string root = "/") =>
        Files(root).Select(path => Read(Path.Combine(root, path))).FirstOrDefault(count => count is not null);

    private static IEnumerable<string> Files(string root)
    {
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            // Format: HIERARCHY:CONTROLLERS:PATH. In a container, the path may be the one outside, and the container's own group is the
            // root.
            var (controllers, group) = line.Split(':', 3) is [_, var names, var path] ? (names, path.TrimStart('/')) : ("?", "");
            if (controllers.Length == 0)
            {
                yield return Path.Combine(Groups, group, "memory.events");
                yield return Path.Combine(Groups, "memory.events");
            }
            else if (controllers.Split(',').Contains("memory"))
            {
                yield return Path.Combine(Groups, "memory", group, "memory.oom_control");
                yield return Path.Combine(Groups, "memory", "memory.oom_control");
            }
        }
        yield return "proc/vmstat";
    }

    private static long? Read(string path) =>
        Lines(path).FirstOrDefault(line => line.StartsWith("oom_kill ", StringComparison.Ordinal)) is { } line
        && long.TryParse(line.AsSpan("oom_kill ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : null;

    private static string[] Lines(string path) =>
        SmallFileReader.ReadIfPossible(path) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n') : [];
}
