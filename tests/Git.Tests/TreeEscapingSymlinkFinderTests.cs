using Orchestrator.Git.Commits;

namespace Orchestrator.Git.Tests;

public sealed class TreeEscapingSymlinkFinderTests
{
    [Theory]
    [InlineData("a", "b/c", false)]
    [InlineData("a", "../x", true)]
    [InlineData("d/a", "../x", false)]
    [InlineData("d/a", "../../x", true)]
    [InlineData("a", "/etc/hostname", true)]
    [InlineData("a", ".git/config", true)]
    [InlineData("d/a", "../.GIT", true)]
    [InlineData("a", "missing/../../x", true)]
    [InlineData("a", "up/x", true)] // up -> ..
    [InlineData("a", "down/../x", true)] // down -> d, and d/.. is the root's
    [InlineData("d/e/a", "../../down/../../x", true)]
    [InlineData("a", "deep/../x", false)] // deep -> d/e, and d/e/.. is d
    [InlineData("a", "one", true)] // one -> two -> ../x
    [InlineData("a", "circle", true)]
    [InlineData("a", "nothing", true)]
    public void LeadsOut_TargetsAlsoThroughOtherLinks_AreResolvedPartByPart(string link, string target, bool leadsOut)
    {
        var links = new Dictionary<string, string>
        {
            ["up"] = "..",
            ["down"] = "d/../..",
            ["deep"] = "d/e",
            ["one"] = "two",
            ["two"] = "../x",
            ["circle"] = "circle",
            ["nothing"] = "",
            [link] = target,
        };

        Assert.Equal(leadsOut, TreeEscapingSymlinkFinder.LeadsOut(link, links));
    }

    [Fact]
    public async Task FindLeadingOut_ChainThatBecameOne_NamesItAndNotWhatWasThereBefore()
    {
        using var opened = await Opened.CreateAsync();
        File.CreateSymbolicLink(opened.Files["old"], "../sibling");
        File.CreateSymbolicLink(opened.Files["first"], "second");
        opened.Files.Write("second/file", "x");
        var before = await opened.Files.CommitAsync("before");
        Directory.Delete(opened.Files["second"], recursive: true);
        File.CreateSymbolicLink(opened.Files["second"], "third");
        File.CreateSymbolicLink(opened.Files["third"], "old/x");
        var after = await opened.Files.CommitAsync("after");
        var links = new TreeEscapingSymlinkFinder(opened.Repository);

        Assert.Equal(
            ["first", "second", "third"],
            await links.FindLeadingOutAsync(before, after, await opened.Diffs.BetweenAsync(before, after))
        );
        Assert.Empty(await links.FindLeadingOutAsync(after, after, await opened.Diffs.BetweenAsync(before, after)));
    }
}
