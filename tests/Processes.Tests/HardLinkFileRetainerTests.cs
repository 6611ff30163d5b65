using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Processes.Tests;

public sealed class HardLinkFileRetainerTests
{
    [Fact]
    public void Keep_FileThatGrowsIsMadeAnewAndDeleted_StaysAndTakesNoRoom()
    {
        using var folder = new TempFolder();
        var file = folder.Write("agent/talk.jsonl", "1\n");
        var kept = folder["run/talk.jsonl"];

        HardLinkFileRetainer.Keep(file, kept);
        File.AppendAllText(file, "2\n");
        Assert.Equal("1\n2\n", File.ReadAllText(kept));
        HardLinkFileRetainer.Keep(file, kept);
        File.Delete(file);
        File.WriteAllText(file, "anew\n");
        Assert.Equal("1\n2\n", File.ReadAllText(kept));
        HardLinkFileRetainer.Keep(file, kept);
        File.Delete(file);

        Assert.Equal("anew\n", File.ReadAllText(kept));
        Assert.Equal([kept], Directory.EnumerateFiles(folder["run"]));
    }

    [Fact]
    public void Append_CopyOnAnotherDisk_GetsOnlyWhatIsNew()
    {
        using var folder = new TempFolder();
        var file = folder.Write("talk.jsonl", "1\n");
        var copy = folder.Write("copy.jsonl", "");

        HardLinkFileRetainer.Append(file, copy);
        File.AppendAllText(file, "2\n");
        HardLinkFileRetainer.Append(file, copy);
        Assert.Equal("1\n2\n", File.ReadAllText(copy));
        File.WriteAllText(file, "x\n");
        HardLinkFileRetainer.Append(file, copy);

        Assert.Equal("x\n", File.ReadAllText(copy));
    }
}
