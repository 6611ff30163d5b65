using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Settings are changed in any order, taken back, and stay trusted where a user has typed them.</summary>
public sealed class ConfigCommandTests
{
    [Fact]
    public async Task Set_SettingsThatNeedEachOther_AreValidatedTogetherInAnyOrder()
    {
        using var cli = new CliFixture().WithRepository();

        var alone = await cli.RunAsync("config", "set", "agent", "mine");
        var both = await cli.RunAsync("config", "set", "agent", "mine", "agents.mine.command", "[/bin/true]");
        var odd = await cli.RunAsync("config", "set", "agent", "mine", "workers");

        Assert.Equal((2, 0, 2), (alone.ExitCode, both.ExitCode, odd.ExitCode));
        Assert.Contains("orchestrate config set NAME VALUE NAME VALUE", alone.People, StringComparison.Ordinal);
        Assert.Equal("mine\n", (await cli.RunAsync("config", "get", "agent")).Output);
        Assert.Contains("'workers' has no value", odd.People, StringComparison.Ordinal);
        Assert.Equal(0, (await cli.RunAsync("config", "set", "workers=7", "agents.mine.command=[/bin/true, a=b]", "model", "x")).ExitCode);
        Assert.Equal("7\n", (await cli.RunAsync("config", "get", "workers")).Output);
    }

    /// <summary>The agent stands in the user's file, which counts in this repository, too.</summary>
    [Fact]
    public async Task Set_WhatAnotherFileMakesValid_IsWritten()
    {
        using var cli = new CliFixture().WithRepository();
        cli.WriteUser("agents: {mine: {command: [/bin/true]}}\n");

        var set = await cli.RunAsync("config", "set", "agent", "mine");
        var everywhere = await cli.RunAsync("config", "set", "--user", "agent", "other");

        Assert.True(set.ExitCode == 0, set.People);
        Assert.Equal(2, everywhere.ExitCode);
    }

    [Fact]
    public async Task Unset_SettingAndSection_TakeTheirOverriddenValuesBack()
    {
        using var cli = new CliFixture().WithRepository();
        cli.WriteUser("workers: 6\n");
        cli.Write(
            ".orchestrator/config.yaml",
            "# ours\nworkers: 2\nagents:\n  mine:\n    command: [/bin/true]\n    free: true\nmodel: opus\n"
        );

        var first = await cli.RunAsync("config", "unset", "workers", "agents.mine");
        var again = await cli.RunAsync("config", "unset", "workers");
        var unknown = await cli.RunAsync("config", "unset", "workres");
        var user = await cli.RunAsync("config", "unset", "--user", "workers");

        Assert.Equal((0, 2, 2, 0), (first.ExitCode, again.ExitCode, unknown.ExitCode, user.ExitCode));
        Assert.Equal("# ours\nmodel: opus\n", cli.Read(".orchestrator/config.yaml"));
        Assert.Contains("workers is not set in .orchestrator/config.yaml.", again.People, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'workers'?", unknown.People, StringComparison.Ordinal);
        Assert.Equal("3\n", (await cli.RunAsync("config", "get", "workers")).Output);
    }

    [Fact]
    public async Task Set_ByThePersonInATrustedRepository_StaysTrusted()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", "gates: {task: [make test]}\n");
        await cli.TrustAsync();

        var set = await cli.RunAsync("config", "set", "gates.task", "[npm test]", "agents.mine.command", "[/bin/true]");
        var kept = await cli.RunAsync("trust", "--json");
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + "temporal.address: elsewhere:7233\n");
        var foreign = await cli.RunAsync("trust", "--json");
        var other = await cli.RunAsync("config", "set", "gates.task", "[npm run check]");

        Assert.True(set.ExitCode == 0, set.People);
        Assert.DoesNotContain("orchestrate trust", set.People, StringComparison.Ordinal);
        Assert.Equal((0, true), (kept.ExitCode, (bool)kept.Json["trusted"]!));
        Assert.Equal(3, foreign.ExitCode);
        Assert.Contains("orchestrate trust", other.People, StringComparison.Ordinal);
        Assert.Equal(3, (await cli.RunAsync("trust", "--json")).ExitCode);
    }

    /// <summary>Nobody typed the commands that become effective through a change, such as detected gates, so they need trust.</summary>
    [Fact]
    public async Task Unset_WhereFoundCommandsComeIntoForce_AsksForTrust()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("package.json", """{"scripts": {"test": "node other.js"}}""");
        await cli.RunAsync("config", "set", "gates.task", "[npm test]", "worktrees.setup", "[]");
        Assert.Equal(0, (await cli.RunAsync("trust", "--json")).ExitCode);

        await cli.RunAsync("config", "unset", "gates.task");

        Assert.Equal(3, (await cli.RunAsync("trust", "--json")).ExitCode);
    }

    [Fact]
    public async Task Set_ByAnAgent_IsNotTrusted()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Environment["ORCHESTRATOR_TASK"] = "one";

        var set = await cli.RunAsync("config", "set", "gates.task", "[curl evil]");

        Assert.Equal(0, set.ExitCode);
        Assert.Contains("orchestrate trust", set.People, StringComparison.Ordinal);
        Assert.Equal(3, (await cli.RunAsync("trust", "--json")).ExitCode);
    }

    [Fact]
    public async Task Notifications_SwitchedOff_KeepTheirChannels()
    {
        using var cli = new CliFixture().WithRepository();
        cli.WriteUser("notifications: {provider: command, command: [/bin/sh, -c, 'cat > \"$HOME/told\"']}\n");

        var off = await cli.RunAsync("config", "set", "--user", "notifications.enabled", "false");
        var silent = await cli.RunAsync("notify", "test");
        await cli.RunAsync("config", "set", "--user", "notifications.enabled", "true");
        var told = await cli.RunAsync("notify", "test");

        Assert.True(off.ExitCode == 0, off.People);
        Assert.NotEqual(0, silent.ExitCode);
        Assert.Contains("notifications.enabled", silent.People, StringComparison.Ordinal);
        Assert.True(told.ExitCode == 0, told.People);
    }
}
