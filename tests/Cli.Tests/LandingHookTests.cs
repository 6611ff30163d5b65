using Orchestrator.Agents.Tests;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The user's merge hook as the last gate of a landing (<c>git.hooks: landing</c>).</summary>
public sealed class LandingHookTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: One, files_write: [one.txt]}
        """;

    /// <summary>The hook sees the change as an uncommitted merge: staged, on the target.</summary>
    [Theory]
    [InlineData("pre-merge-commit", "merge")]
    [InlineData("pre-commit", "squash")]
    public async Task Land_HookPasses_SeesWhatIsStagedAndLands(string name, string land)
    {
        using var cli = await RepositoryAsync("landing");
        var start = cli.Git("rev-parse", "main").Trim();
        Hook(cli, name, $"[ $(git rev-parse HEAD) = {start} ] && [ \"$(git diff --cached --name-only)\" = one.txt ] && echo fine");

        var run = await cli.RunAsync("run", "--yes", "--land", land);

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("x\n", cli.Git("show", "main:one.txt"));
        Assert.Contains("fine", HookLog(cli, name), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Land_HookRefuses_NothingLandsUntilItPasses()
    {
        using var cli = await RepositoryAsync("landing");
        var start = cli.Git("rev-parse", "main").Trim();
        Hook(cli, "pre-merge-commit", "echo 'one.txt is not wanted' >&2; exit 1");

        var refused = await cli.RunAsync("run", "--yes");
        Assert.Equal((3, start), (refused.ExitCode, cli.Git("rev-parse", "main").Trim()));
        Assert.Contains("your hook pre-merge-commit rejects the merged work", refused.People, StringComparison.Ordinal);
        Assert.Contains("one.txt is not wanted", refused.People, StringComparison.Ordinal);
        Assert.Contains("git.hooks: off", refused.People, StringComparison.Ordinal);
        Hook(cli, "pre-merge-commit", "true");
        var landed = await cli.RunAsync("land");

        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal("x\n", cli.Git("show", "main:one.txt"));
    }

    /// <summary>No gate verified the changes that a hook makes to files.</summary>
    [Theory]
    [InlineData("echo y >> one.txt")]
    [InlineData("echo y >> one.txt; git add one.txt")]
    [InlineData("echo y > made.txt")]
    public async Task Land_HookChangesFiles_IsRefused(string script)
    {
        using var cli = await RepositoryAsync("landing");
        var start = cli.Git("rev-parse", "main").Trim();
        Hook(cli, "pre-merge-commit", script);

        var refused = await cli.RunAsync("run", "--yes");

        Assert.Equal((3, start), (refused.ExitCode, cli.Git("rev-parse", "main").Trim()));
        Assert.Contains("your hook pre-merge-commit changed ", refused.People, StringComparison.Ordinal);
    }

    /// <summary>A run that ends with its branch moves no target, so no hook runs.</summary>
    [Fact]
    public async Task Land_AsBranch_RunsNoHook()
    {
        using var cli = await RepositoryAsync("landing");
        var start = cli.Git("rev-parse", "main").Trim();
        Hook(cli, "pre-merge-commit", "touch \"$HOME/ran\"; exit 1");

        var run = await cli.RunAsync("run", "--yes", "--land", "branch");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(start, cli.Git("rev-parse", "main").Trim());
        Assert.False(File.Exists(Path.Combine(cli.Home, "ran")));
    }

    [Fact]
    public async Task Land_HooksAreOff_RunsNoneAndCheckSaysSo()
    {
        using var cli = await RepositoryAsync(hooks: null);
        Hook(cli, "pre-merge-commit", "exit 1");

        var off = await cli.RunAsync("check");
        var run = await cli.RunAsync("run", "--yes");
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + "git: {hooks: landing}\n");
        await cli.TrustAsync();
        var on = await cli.RunAsync("check");
        File.Delete(Path.Combine(cli.Folder, ".git", "hooks", "pre-merge-commit"));
        var none = await cli.RunAsync("check");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("The hook pre-merge-commit does not run at landing (git.hooks: off)", off.Output, StringComparison.Ordinal);
        Assert.Contains("The hook pre-merge-commit is a gate of each landing", on.Output, StringComparison.Ordinal);
        Assert.Contains("git has neither a pre-merge-commit nor a pre-commit hook here", none.Output, StringComparison.Ordinal);
    }

    /// <summary>The hook executes work of agents, so it can reach nothing outside of its tree.</summary>
    [BubblewrapFact]
    public async Task Land_ConfinedHook_ReachesNothingOutside()
    {
        using var cli = await RepositoryAsync("landing");
        cli.Environment[Unconfined.Variable] = "on";
        cli.Write(".gitignore", "own.tmp\n");
        cli.Git("add", ".gitignore");
        cli.Git("-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-qm", "ignore");
        var start = cli.Git("rev-parse", "main").Trim();
        Hook(
            cli,
            "pre-merge-commit",
            $"echo x > own.tmp; git diff --cached --name-only; echo x > '{cli.Home}/escaped'; echo x > '{cli.Folder}/README.md'; "
                + $"git -C '{cli.Folder}' update-ref refs/heads/evil {start}; true"
        );

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("one.txt", HookLog(cli, "pre-merge-commit"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Home, "escaped")));
        Assert.Equal("Hello\n", cli.Read("README.md"));
        Assert.Equal("", cli.Git("for-each-ref", "refs/heads/evil"));
    }

    private static async Task<CliFixture> RepositoryAsync(string? hooks)
    {
        var cli = RunCommandTests.Repository("echo x > one.txt");
        if (hooks is not null)
        {
            cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + $"git: {{hooks: {hooks}}}\n");
        }
        cli.Write("tasks.yaml", Plan);
        return await cli.TrustAsync();
    }

    private static void Hook(CliFixture cli, string name, string script)
    {
        var path = cli.Write($".git/hooks/{name}", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string HookLog(CliFixture cli, string name) =>
        File.ReadAllText(
            Directory.GetFiles(Path.Combine(cli.Folder, ".orchestrator", "runs"), $"hook-{name}.log", SearchOption.AllDirectories).Single()
        );
}
