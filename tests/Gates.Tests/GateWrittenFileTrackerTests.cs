using Orchestrator.Gates.Trees;
using Orchestrator.Plans;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

public sealed class GateWrittenFileTrackerTests : IDisposable
{
    private static readonly Gate Build = new("build");
    private static readonly Gate Lint = new("lint");
    private static readonly string[] Tops = ["out/", "modules", "alone.log", "link"];

    private readonly TempFolder _folder = new();
    private readonly GateWrittenFileTracker _outputs;

    public GateWrittenFileTrackerTests()
    {
        _outputs = new GateWrittenFileTracker(_folder["tree"], _folder["aside"]);
        _folder.Write("tree/modules/one.js", "set-up");
        _folder.Write("tree/out/made", "set-up");
        _outputs.Begin(Tops);
    }

    public void Dispose()
    {
        _outputs.Dispose();
        Assert.False(Directory.Exists(_folder["aside"]));
        _folder.Dispose();
    }

    [Fact]
    public void TryKeepOnly_FilesOfAnotherGate_AreAsideUntilTheyAreBroughtBack()
    {
        _folder.Write("tree/out/deep/er/built", "built");
        Assert.True(_outputs.Record(Build, Tops));
        _folder.Write("tree/out/deep/cached", "lint");
        _folder.Write("tree/modules/.cache/x", "lint");
        _folder.Write("tree/alone.log", "lint");
        File.CreateSymbolicLink(_folder["tree/link"], "/etc/passwd");
        Directory.CreateDirectory(_folder["tree/out/empty"]);
        Assert.True(_outputs.Record(Lint, Tops));
        Assert.False(_outputs.AreOnlyOf([Build]));

        Assert.True(_outputs.TryKeepOnly([Build]));

        Assert.Equal(["modules/one.js", "out/deep/er/built", "out/made"], Files());
        Assert.False(Directory.Exists(_folder["tree/modules/.cache"]));
        Assert.False(Directory.Exists(_folder["tree/out/empty"]));
        Assert.Equal(["alone.log", "link", "modules/.cache", "out/deep/cached", "out/empty"], _outputs.Stashed);
        Assert.False(_outputs.Record(Build, Tops));

        _folder.Write("tree/alone.log", "newer");
        _outputs.Record(Build, Tops);
        _outputs.RestoreAll();

        Assert.Equal(
            ["alone.log", "link", "modules/.cache/x", "modules/one.js", "out/deep/cached", "out/deep/er/built", "out/made"],
            Files()
        );
        Assert.Equal("newer", File.ReadAllText(_folder["tree/alone.log"]));
        Assert.True(Directory.Exists(_folder["tree/out/empty"]));
        Assert.False(_outputs.Record(Build, Tops));
        Assert.True(_outputs.AreOnlyOf([Build, Lint]));
    }

    /// <summary>A file that another gate changed can't be taken apart; its size and its time of modification may be as before.</summary>
    [Theory]
    [InlineData("modules/one.js")]
    [InlineData("out/built")]
    public void TryKeepOnly_FileThatAnotherGateChangedOrRemoved_Fails(string file)
    {
        _folder.Write("tree/out/built", "built!");
        _outputs.Record(Build, Tops);
        var path = _folder["tree/" + file];
        var time = File.GetLastWriteTimeUtc(path);
        WaitForTheClockOfFiles();
        File.WriteAllText(path, "forged");
        File.SetLastWriteTimeUtc(path, time);
        Assert.True(_outputs.Record(Lint, Tops));

        Assert.False(_outputs.TryKeepOnly([Build]));
        Assert.True(_outputs.TryKeepOnly([Build, Lint]));

        File.Delete(path);
        _outputs.Record(Lint, Tops);
        Assert.False(_outputs.TryKeepOnly([Build]));
    }

    [Fact]
    public void TryKeepOnly_FolderThatIsTooDeep_Fails()
    {
        Directory.CreateDirectory(_folder["tree/out/" + string.Join('/', Enumerable.Repeat("d", 200))]);

        Assert.True(_outputs.Record(Lint, Tops));

        Assert.False(_outputs.TryKeepOnly([Build]));
        Assert.False(_outputs.AreOnlyOf([Lint]));
    }

    // The kernel stamps files by a clock of its own, which advances every few milliseconds.
    private void WaitForTheClockOfFiles()
    {
        var begin = Stamp();
        SpinWait.SpinUntil(() => Stamp() > begin);

        DateTime Stamp()
        {
            _folder.Write("probe", "");
            return File.GetLastWriteTimeUtc(_folder["probe"]);
        }
    }

    private IEnumerable<string> Files() =>
        Directory
            .EnumerateFiles(_folder["tree"], "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_folder["tree"], file))
            .Order(StringComparer.Ordinal);
}
