using Xunit;

namespace Orchestrator.Settings.Tests;

/// <summary>Tests of the settings of the merge queue and of landings in parts.</summary>
public sealed class MergeSettingsTests
{
    [Theory]
    [InlineData("git.land_every: task\nreview.enabled: true\n", "the review checks the whole change")]
    [InlineData("git.land_every: 30m\ngit.land: pr\n", "moves no target")]
    [InlineData("git.land_every: 5s\n", "land_every")]
    public void LandEvery_WithReview_IsRefused(string file, string fault) =>
        Assert.Contains(fault, Assert.Single(SettingsLoaderTests.Load(file: file).Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Load_MergeScopes_AreReadByName()
    {
        var settings = SettingsLoaderTests.Load(
            file: "merge:\n  scopes: {web: [frontend/**], api: [backend/**]}\n  speculation: 2\ntrain.batch: 3\n"
        );
        Assert.Empty(settings.Errors);
        Assert.Equal(["api", "web"], settings.Settings!.Train.Scopes.Files.Keys.Order());
        Assert.Equal((2, 3), (settings.Settings.Train.Speculation, settings.Settings.Train.Batch));
    }

    [Fact]
    public void Load_MergeScopesOfProjects_HaveLanes()
    {
        var scopes = SettingsLoaderTests.Load(file: "merge.scopes: projects\n").Settings!.Train.Scopes;
        Assert.True(scopes is { AreProjects: true, HaveLanes: true, Files.Count: 0 });
        Assert.Single(SettingsLoaderTests.Load(file: "merge.scopes: lanes\n").Errors);
    }
}
