using Orchestrator.Git.Losses;

namespace Orchestrator.Git.Tests.Losses;

public sealed class LineDiffTests
{
    [Fact]
    public void Between_RandomVersions_ChangesLeadFromOneToTheOther()
    {
        var chance = new Random(20261122);
        for (var round = 0; round < 2_000; round++)
        {
            var kinds = chance.Next(1, 12);
            int[] Make() => [.. Enumerable.Range(0, chance.Next(0, 25)).Select(_ => chance.Next(kinds))];
            var (old, now) = (Make(), Make());
            Assert.Equal(now, Apply(old, now, LineDiff.Between(old, now)));
        }
    }

    [Fact]
    public void Between_OneLineOfMany_IsOneChange()
    {
        int[] old = [.. Enumerable.Range(0, 10_000)];
        var now = old.ToArray();
        now[5_000] = -1;

        Assert.Equal([new LineChange(5_000, 1, 5_000, 1)], LineDiff.Between(old, now));
    }

    /// <summary>More than is looked for line by line.</summary>
    [Fact]
    public void Between_EverythingShuffled_IsRightAll()
    {
        var chance = new Random(7);
        int[] old = [.. Enumerable.Range(0, 4_000)];
        var now = old.ToArray();
        chance.Shuffle(now);

        Assert.Equal(now, Apply(old, now, LineDiff.Between(old, now)));
    }

    private static List<int> Apply(int[] old, int[] now, IReadOnlyList<LineChange> changes)
    {
        var (made, at) = (new List<int>(), 0);
        foreach (var change in changes)
        {
            made.AddRange(old[at..change.OldStart]);
            made.AddRange(now.AsSpan(change.NewStart, change.NewCount).ToArray());
            at = change.OldStart + change.OldCount;
        }

        made.AddRange(old[at..]);
        return made;
    }
}
