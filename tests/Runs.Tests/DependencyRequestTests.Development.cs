using Orchestrator.Gates.Packages;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Packages that are for development alone.</summary>
public sealed partial class DependencyRequestTests
{
    [Fact]
    public async Task Request_ForDevelopment_IsSaidWhereAPersonIsAskedAndInstalledAsSuch()
    {
        using var run = await BeginAsync();
        Claim(run, "a", "left-pad@^1.3", dev: true);

        var asked = await JudgeAsync(run, "a");
        var granted = await JudgeAsync(run, "a", new AgentRequestApprovalDecision(new ApprovedByUserReason(DecidingUser.Of("kim"))));
        var made = await InstallAsync(run, "a");
        Assert.True((await MergeAsync(run, "a", made.Commit)).Merged);

        Assert.Contains("May a use left-pad@^1.3 (dev) (npm, package.json)?", asked.Text, StringComparison.Ordinal);
        Assert.Equal(AgentRequestNextStepKinds.Install, granted.Step);
        Assert.Contains(" --save-dev left-pad@^1.3\n", Calls(run), StringComparison.Ordinal);
        Assert.Contains(
            "\"devDependencies\": {\"left-pad\": \"^1.3\"}",
            await run.ShowAsync(run.StagingBranch, "package.json"),
            StringComparison.Ordinal
        );
    }

    /// <summary>npm would move it to where the product does not get it.</summary>
    [Fact]
    public async Task Request_ForDevelopmentOfWhatTheProductHas_LeavesItThere()
    {
        using var run = await BeginAsync(allow: ["*"]);
        run.AddProgram("npm", Npm.Replace("right-pad*", "right-pad*|is-odd*", StringComparison.Ordinal));
        Claim(run, "a", "is-odd", dev: true);

        Assert.Equal(AgentRequestNextStepKinds.Install, (await JudgeAsync(run, "a")).Step);

        Assert.Equal(new PackageInstallationResult(), await InstallAsync(run, "a"));
        Assert.DoesNotContain("--save-dev", Calls(run), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("requirements.txt", "pandas", "pip")]
    [InlineData("go.mod", "golang.org/x/text", "go")]
    [InlineData("app.csproj", "Newtonsoft.Json", "dotnet")]
    public async Task Request_ForDevelopmentWhereThatIsUnknown_IsRefusedAndNothingRuns(string manifest, string package, string program)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", (manifest, "\n"));
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a"));
        run.AddProgram(program, "touch \"$HOME/ran\"");
        Claim(run, "a", package, dev: true);

        var refused = await JudgeAsync(run, "a");

        Assert.Equal(AgentRequestNextStepKinds.Answer, refused.Step);
        Assert.Contains($"{program} has no development packages in {manifest}", refused.Text, StringComparison.Ordinal);
        Assert.Contains($"Request {package} without --dev", refused.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(run.Repository.Beside("home"), "ran")));
    }

    [Theory]
    [InlineData("npm", "install --package-lock-only --ignore-scripts --no-audit --no-fund --save-dev jest@^29")]
    [InlineData("uv", "add --no-sync --dev jest==29")]
    [InlineData("cargo", "add --quiet --manifest-path M --dev jest@29")]
    public void Install_ForDevelopment_HasTheProgramsOwnOption(string program, string arguments)
    {
        var tool = (
            (PackageManagerCommandSyntax[])
                [PackageManagerCommandSyntax.Npm, PackageManagerCommandSyntax.Uv, PackageManagerCommandSyntax.Cargo]
        ).Single(t => t.Program == program);
        var package = new AgentPackageRequest("jest", program == "npm" ? "^29" : "29", []) { IsForDevelopment = true };

        Assert.Equal(arguments, string.Join(' ', tool.Install(package, "M")[0]));
        Assert.DoesNotContain(
            tool.ForDevelopment!,
            tool.Install(package with { IsForDevelopment = false }, "M")[0],
            StringComparer.Ordinal
        );
    }

    [Theory]
    [InlineData("Newtonsoft.Json", "13.0.3", "dotnet", "add M package Newtonsoft.Json --version 13.0.3")]
    [InlineData("golang.org/x/text", "v0.14.0", "go", "get golang.org/x/text@v0.14.0")]
    public void Install_WithoutOptions_IsTheProgramsOwnCommand(string name, string version, string program, string arguments)
    {
        var tool = ((PackageManagerCommandSyntax[])[PackageManagerCommandSyntax.Dotnet, PackageManagerCommandSyntax.Go]).Single(t =>
            t.Program == program
        );

        Assert.Equal(arguments, string.Join(' ', tool.Install(new AgentPackageRequest(name, version, []), "M")[0]));
    }
}
