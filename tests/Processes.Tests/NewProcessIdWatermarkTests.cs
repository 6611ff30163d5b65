using System.Diagnostics;

namespace Orchestrator.Processes.Tests;

public sealed class NewProcessIdWatermarkTests
{
    private static readonly int[] Ids = [1, 900, 5000, 5001, 32000];

    [Fact]
    public void Among_IdsHaveRisen_GivesThoseBetween() =>
        Assert.Equal([5000, 5001], new NewProcessIdWatermark(900, 100).Among(Ids, last: 6000, now: 150));

    [Fact]
    public void Among_NothingBegan_GivesNone() => Assert.Empty(new NewProcessIdWatermark(5001, 100).Among(Ids, last: 5001, now: 100));

    [Fact]
    public void Among_IdsBeganAnewFromTheLowest_GivesBothEnds() =>
        Assert.Equal([1, 900, 32000], new NewProcessIdWatermark(5001, 100).Among(Ids, last: 1000, now: 4000));

    [Fact]
    public void Among_SoManyThatIdsMayHaveComeRound_GivesAll() =>
        Assert.Equal(Ids, new NewProcessIdWatermark(900, 100).Among(Ids, last: 6000, now: 100 + 20_000));

    [Fact]
    public void Later_ChildAndItsChild_AreInItAndWeAreNot()
    {
        var before = NewProcessIdWatermark.Now();
        using var child = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "sleep 1000 & echo $!; wait"]) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        try
        {
            var grandchild = int.Parse(child.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);

            var later = before!.Later().ToList();

            Assert.Contains(child.Id, later);
            Assert.Contains(grandchild, later);
            Assert.DoesNotContain(Environment.ProcessId, later);
        }
        finally
        {
            child.Kill(entireProcessTree: true);
        }
    }
}
