using Xunit;

namespace Orchestrator.Processes.Tests;

public sealed class OutOfMemoryKillCounterTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("memory-kills-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>A container sees the path of its group on the host, or its own as the root.</summary>
    [Theory]
    [InlineData("0::/user/run", "sys/fs/cgroup/user/run/memory.events", "low 0\noom 9\noom_kill 3\n", 3)]
    [InlineData("0::/docker/x", "sys/fs/cgroup/memory.events", "oom_kill 4\n", 4)]
    [InlineData("7:cpu,memory:/a\n0::/", "sys/fs/cgroup/memory/a/memory.oom_control", "under_oom 0\noom_kill 5\n", 5)]
    [InlineData("0::/", "proc/vmstat", "nr_free 1\noom_kill 6\n", 6)]
    [InlineData("0::/", "proc/vmstat", "oom_kill some\n", null)]
    [InlineData("0::/", "proc/other", "oom_kill 7\n", null)]
    public void Count_EachPlaceWhereTheKernelCounts_IsRead(string group, string file, string content, int? kills)
    {
        Write("proc/self/cgroup", group + "\n");
        Write(file, content);

        Assert.Equal(kills, OutOfMemoryKillCounter.Count(_root));
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
