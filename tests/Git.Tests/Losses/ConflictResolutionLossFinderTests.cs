using Orchestrator.Git.Losses;

namespace Orchestrator.Git.Tests.Losses;

/// <summary>Results of comparing a resolved conflict with both sides in real repositories. The other side is staging.</summary>
public sealed class ConflictResolutionLossFinderTests
{
    private const string Base = "begin\nmiddle\nend\n";

    [Theory]
    [InlineData("both", "begin\nown line\nother line\nend\n")]
    [InlineData("both, in another order and indented", "begin\n  other line,\n\town line\nend\n")]
    [InlineData("own line is dropped", "begin\nother line\nend\n", "own f:2 own line")]
    [InlineData("other line is dropped", "begin\nown line\nend\n", "other f:2 other line")]
    [InlineData("one line of both", "begin\nown line and other line\nend\n", "other f:2 other line", "own f:2 own line")]
    [InlineData("common base is back", Base, "other f:2 other line", "own f:2 own line", "other f:2 -middle", "own f:2 -middle")]
    public async Task Resolution_OfALineThatBothChanged(string what, string result, params string[] dropped)
    {
        using var sides = await Sides.BeginAsync(("f", Base));
        await sides.OwnAsync(("f", Base.Replace("middle", "own line")));
        await sides.OtherAsync(("f", Base.Replace("middle", "other line")));

        Assert.True(dropped.Order().SequenceEqual((await sides.CheckAsync(("f", result))).Order()), what);
    }

    [Fact]
    public async Task LineThatBothAdded_IsPresentOnce_IsKept_AndMissingForBoth()
    {
        using var sides = await Sides.BeginAsync(("f", Base));
        await sides.OwnAsync(("f", Base.Replace("middle", "shared\nown line")));
        await sides.OtherAsync(("f", Base.Replace("middle", "shared\nother line")));

        Assert.Empty(await sides.CheckAsync(("f", "begin\nshared\nown line\nother line\nend\n")));
        Assert.Equal(["other f:2 shared", "own f:2 shared"], await sides.CheckAsync(("f", "begin\nown line\nother line\nend\n")));
    }

    [Fact]
    public async Task LineThatOneSideRemoved_StaysAway_IsKept_AndBackIsNot()
    {
        using var sides = await Sides.BeginAsync(("f", "begin\none\ntwo\nthree\nend\n"));
        await sides.OwnAsync(("f", "begin\none\ntwo by own\nthree\nend\n"));
        await sides.OtherAsync(("f", "begin\nend\n"));

        Assert.Empty(await sides.CheckAsync(("f", "begin\ntwo by own\nend\n")));
        Assert.Equal(["other f:2 -one|three"], await sides.CheckAsync(("f", "begin\none\ntwo by own\nthree\nend\n")));
    }

    [Fact]
    public async Task LineThatMovedToAnotherFile_IsKept()
    {
        using var sides = await Sides.BeginAsync(("f", Base), ("g", "g\n"));
        await sides.OwnAsync(("f", Base.Replace("middle", "own line")));
        await sides.OtherAsync(("f", Base.Replace("middle", "other line")));

        Assert.Empty(await sides.CheckAsync(("f", "begin\nown line\nend\n"), ("g", "g\nother line\n")));
    }

    [Fact]
    public async Task FileThatDidNotConflict_OthersWorkIsChecked_AndOwnWorkMayChange()
    {
        using var sides = await Sides.BeginAsync(("f", Base), ("g", Base), ("h", Base));
        await sides.OwnAsync(("f", Base.Replace("middle", "own line")), ("h", Base.Replace("middle", "own h")));
        await sides.OtherAsync(("f", Base.Replace("middle", "other line")), ("g", Base.Replace("middle", "other g")));
        const string Both = "begin\nown line\nother line\nend\n";

        Assert.Empty(await sides.CheckAsync(("f", Both), ("h", Base.Replace("middle", "revised h"))));
        Assert.Equal(["other g:2 other g", "other g:2 -middle"], await sides.CheckAsync(("f", Both), ("g", Base)));
    }

    [Fact]
    public async Task FileThatOneSideRemovedAndTheOtherChanged_OneOfThemIsDropped()
    {
        using var sides = await Sides.BeginAsync(("f", Base));
        await sides.OwnAsync(("f", Base.Replace("middle", "own line")));
        await sides.OtherAsync(("f", null));

        Assert.Equal(["own f"], await sides.CheckAsync(("f", null)));
        Assert.Equal(["other f"], await sides.CheckAsync(("f", Base.Replace("middle", "own line"))));
    }

    [Fact]
    public async Task BinaryAndGeneratedFiles_AreComparedAsAWhole()
    {
        using var sides = await Sides.BeginAsync(("image", "a\0"), ("package-lock.json", Base));
        await sides.OwnAsync(("image", "a\0own"), ("package-lock.json", Base.Replace("middle", "own line")));
        await sides.OtherAsync(("image", "a\0other"), ("package-lock.json", Base.Replace("middle", "other line")));

        Assert.Empty(await sides.CheckAsync(("image", "a\0both"), ("package-lock.json", "begin\ngenerated anew\nend\n")));
        Assert.Equal(
            ["other image", "own package-lock.json"],
            await sides.CheckAsync(("image", "a\0own"), ("package-lock.json", Base.Replace("middle", "other line")))
        );
    }

    /// <summary>Two sides of a merge and results of it.</summary>
    private sealed class Sides(Opened opened, string began) : IDisposable
    {
        private string _own = "";
        private string _other = "";

        public static async Task<Sides> BeginAsync(params (string File, string Content)[] files)
        {
            var opened = await Opened.CreateAsync();
            return new Sides(opened, await opened.Files.CommitAsync("base", files));
        }

        public async Task OwnAsync(params (string File, string? Content)[] files) =>
            _own = await opened.Files.CommitOnBranchAsync("own", began, "own", files);

        public async Task OtherAsync(params (string File, string? Content)[] files) =>
            _other = await opened.Files.CommitOnBranchAsync("other", began, "other", files);

        /// <summary>Checks git's own merge with these files changed by the agent.</summary>
        public async Task<IReadOnlyList<string>> CheckAsync(params (string File, string? Content)[] files)
        {
            var merged = await opened.Merges.MergeAsync(_own, _other);
            Assert.False(merged.IsClean);
            var left = await opened.Commits.CreateAsync(merged.Tree, [_own, _other], "left", trailers: null);
            var result = await opened.Files.CommitOnBranchAsync($"result-{Guid.NewGuid():N}", left, "result", files);
            var found = await new ConflictResolutionLossFinder(opened.Repository, [], path => path == "package-lock.json").FindAsync(
                _own,
                _other,
                await opened.Files.GitAsync("rev-parse", $"{result}^{{tree}}"),
                merged.ConflictedFiles,
                CancellationToken.None
            );
            return
            [
                .. found.Select(change =>
                    $"{(change.IsOwn ? "own" : "other")} {change.Path}"
                    + (change.Line > 0 ? $":{change.Line} {(change.IsRemoval ? "-" : "")}{string.Join('|', change.Lines)}" : "")
                ),
            ];
        }

        public void Dispose() => opened.Dispose();
    }
}
