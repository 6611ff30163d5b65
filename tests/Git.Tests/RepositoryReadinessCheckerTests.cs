using Orchestrator.Git.Landing;
using Orchestrator.Git.Program;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Git.Tests;

public sealed class RepositoryReadinessCheckerTests
{
    [Fact]
    public async Task Run_OrdinaryRepository_FindsNothing()
    {
        using var opened = await Opened.CreateAsync();

        var result = await new RepositoryReadinessChecker(opened.Repository).RunAsync();

        Assert.Empty(result.Findings);
        Assert.Equal("refs/heads/main", result.Target);
        Assert.Equal(await opened.HeadAsync(), result.Base);
    }

    [Fact]
    public async Task Run_NoCommits_SaysHowToMakeOne()
    {
        using var opened = await Opened.OpenAsync(await TemporaryRepository.CreateEmptyAsync());

        var result = await new RepositoryReadinessChecker(opened.Repository).RunAsync();

        Assert.False(result.IsUsable);
        Assert.Contains("git commit", Assert.Single(result.Findings).Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DetachedHead_IsRefusedUnlessATargetIsNamed()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.GitAsync("switch", "--quiet", "--detach");

        var without = await new RepositoryReadinessChecker(opened.Repository).RunAsync();
        var with = await new RepositoryReadinessChecker(opened.Repository).RunAsync("main");

        Assert.Contains("--target", Assert.Single(without.Findings).Cure, StringComparison.Ordinal);
        Assert.True(with.IsUsable);
    }

    [Fact]
    public async Task Run_TargetMissing_NamesThoseThatExist()
    {
        using var opened = await Opened.CreateAsync();

        var result = await new RepositoryReadinessChecker(opened.Repository).RunAsync("mian");

        Assert.Contains("main", Assert.Single(result.Findings).Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BareRepository_IsRefused()
    {
        using var files = await TemporaryRepository.CreateAsync();
        await files.GitAsync("clone", "--quiet", "--bare", files.Path, files.Beside("bare"));
        var bare = await GitRepository.OpenAsync(await Opened.ProgramAsync(), files.Beside("bare"));

        var result = await new RepositoryReadinessChecker(bare).RunAsync();

        Assert.False(result.IsUsable);
        Assert.Contains("git clone", result.Findings[0].Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_GitFolderCannotBeWritten_IsRefusedWithPlaceAndCure()
    {
        using var opened = await Opened.CreateAsync();
        await File.WriteAllTextAsync(Path.Combine(opened.Repository.CommonDirectory, "orchestrator"), "a file where our folder should be");

        var result = await new RepositoryReadinessChecker(opened.Repository).RunAsync();

        Assert.Contains(opened.Repository.CommonDirectory, Assert.Single(result.Findings).Message, StringComparison.Ordinal);
        Assert.False(result.IsUsable);
    }

    [Theory]
    [InlineData("orchestrator")]
    [InlineData("Orchestrator")]
    public async Task Run_BranchWithOurName_SaysHowToRenameIt(string name)
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.GitAsync("branch", name);

        var result = await new RepositoryReadinessChecker(opened.Repository).RunAsync();

        Assert.Contains("git branch -m " + name, Assert.Single(result.Findings).Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LfsNotInstalled_IsRefusedWithPlaceAndCure()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("attributes", ("assets/.gitattributes", "*.bin filter=missing-filter diff=lfs -text\n"));
        await opened.Files.CommitAsync("more", (".gitattributes", "*.psd filter=gone\n"));
        await opened.Files.GitAsync("config", "filter.gone.process", "no-such-program-here filter-process");
        var unknown = await GitRepository.OpenAsync(opened.Repository.Program, opened.Files.Path);
        var repository = await unknown.WithConfigurationAsync(
            await ConfigurationSnapshot.MakeAsync(unknown, opened.Files.Beside("copies"))
        );

        var result = await new RepositoryReadinessChecker(repository).RunAsync();

        Assert.Equal(2, result.Findings.Count(finding => finding.Refuses));
        Assert.Contains(
            result.Findings,
            finding => finding.Message.Contains("assets/.gitattributes needs the filter 'missing-filter'", StringComparison.Ordinal)
        );
        Assert.Contains(
            result.Findings,
            finding => finding.Message.Contains("'no-such-program-here' is not installed", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Run_Submodules_AreNamedOnlyIfTheyAreMissingHere()
    {
        using var opened = await Opened.CreateAsync();
        using var other = await TemporaryRepository.CreateAsync();
        await opened.Files.GitAsync("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Path, "sub");
        await opened.Files.CommitAsync("submodule");

        var initialized = await new RepositoryReadinessChecker(opened.Repository).RunAsync();
        Directory.Delete(Path.Combine(opened.Repository.CommonDirectory, "modules"), recursive: true);
        var missing = await new RepositoryReadinessChecker(opened.Repository).RunAsync();

        Assert.Empty(initialized.Findings);
        Assert.True(missing.IsUsable);
        Assert.Contains("lacks the commits of sub", Assert.Single(missing.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ShallowRepository_IsNamedAndNotRefused()
    {
        using var files = await TemporaryRepository.CreateAsync();
        await files.CommitAsync("second", ("a", "a"));
        await files.GitAsync("clone", "--quiet", "--depth=1", "file://" + files.Path, files.Beside("shallow"));
        var shallow = await GitRepository.OpenAsync(await Opened.ProgramAsync(), files.Beside("shallow"));

        var result = await new RepositoryReadinessChecker(shallow).RunAsync();

        Assert.True(result.IsUsable);
        Assert.Contains("--unshallow", Assert.Single(result.Findings).Cure, StringComparison.Ordinal);
    }
}
