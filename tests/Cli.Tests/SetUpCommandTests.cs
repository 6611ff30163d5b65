using Xunit;

namespace Orchestrator.Cli.Tests;

public class SetUpCommandTests
{
    [Fact]
    public async Task Init_FreshRepository_MakesFilesOnceAndNeverOverwrites()
    {
        using var cli = new CliFixture().WithRepository();

        var first = await cli.RunAsync("init");
        cli.Write(".orchestrator/config.yaml", "workers: 7\n");
        var second = await cli.RunAsync("init");

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Contains("made   .orchestrator/config.yaml", first.People, StringComparison.Ordinal);
        Assert.Contains("kept   .orchestrator/config.yaml", second.People, StringComparison.Ordinal);
        Assert.Equal("workers: 7\n", cli.Read(".orchestrator/config.yaml"));
        Assert.Equal("?? .env.example\n?? .orchestrator/.gitignore\n?? .orchestrator/config.yaml\n", cli.Git("status", "--porcelain", "-uall"));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Init_FilesOfOlderTools_AreTakenOverOrNamed()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("orchestrator_config.json", """
            {
              "models": {"manager": {"model": "opus"}, "worker": {"model": "haiku"}},
              "execution": {"max_workers": 5, "worker_timeout": 600, "max_retries": 3},
              "notifications": {"slack_webhook_url": "https://hooks.example/T0/secret"},
              "monitoring": {"colour": "red"}
            }
            """);
        cli.Write(".claude-agents.yaml", "risk:\n  auto_approve_threshold: 30\n  sensitive_patterns:\n    - {pattern: \"auth|crypto\", weight: 20}\n");
        cli.Write(".env", "DATABASE_URL=postgres://x\nANTHROPIC_API_KEY=k\n");

        var result = await cli.RunAsync("init");
        var config = await cli.RunAsync("config", "list", "--changed");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("unused DATABASE_URL  (in .env:1)", result.People, StringComparison.Ordinal);
        Assert.Contains("unused monitoring.colour", result.People, StringComparison.Ordinal);
        Assert.Contains(".env is not ignored", result.People, StringComparison.Ordinal);
        Assert.Equal("NOTIFICATIONS_URL=https://hooks.example/T0/secret\n", cli.Read(".orchestrator/secrets.env"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(cli.Folder, ".orchestrator", "secrets.env")));
        Assert.DoesNotContain("secret", cli.Read(".orchestrator/config.yaml"), StringComparison.Ordinal);
        string[] expected = ["workers", "5", "timeout", "10m", "retry.max_attempts", "4", "planner.model", "opus", "risk.auto_approve_threshold", "30", "auth|crypto", "$NOTIFICATIONS_URL"];
        Assert.All(expected, text => Assert.Contains(text, config.People, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Config_SetGetList_ShowsValueAndSource()
    {
        using var cli = new CliFixture().WithRepository();

        var set = await cli.RunAsync("config", "set", "workers", "9");
        var get = await cli.RunAsync("config", "get", "workers");
        var list = await cli.RunAsync("config", "list", "--json");

        Assert.Equal((0, 0, 0), (set.ExitCode, get.ExitCode, list.ExitCode));
        Assert.Equal("9\n", get.Output);
        var workers = list.Json["settings"]!.AsArray().Single(setting => (string?)setting!["name"] == "workers")!;
        Assert.Equal(("9", "3", "repositoryFile", ".orchestrator/config.yaml", 1),
            ((string?)workers["value"], (string?)workers["default"], (string?)workers["source"], (string?)workers["place"], (int)workers["line"]!));
    }

    [Fact]
    public async Task Config_BadFile_ReportsEveryFaultWithItsLine()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", "workers: no\nmodle: opus\ntimeout: x\n");

        var result = await cli.RunAsync("config", "list");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(".orchestrator/config.yaml:1: workers:", result.People, StringComparison.Ordinal);
        Assert.Contains(".orchestrator/config.yaml:3: timeout:", result.People, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'model'?", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_UnknownName_IsRefused()
    {
        using var cli = new CliFixture().WithRepository();

        Assert.Contains("Did you mean 'workers'?", (await cli.RunAsync("config", "get", "workrs")).People, StringComparison.Ordinal);
        Assert.Equal(2, (await cli.RunAsync("config", "set", "workrs", "1")).ExitCode);
    }

    [Fact]
    public async Task Trust_CommandsOfTheRepository_NeedAYesAndAskAgainAfterAChange()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", "agents: {mine: {command: [./agent.sh]}}\nworktrees: {setup: [npm ci]}\n");

        var unanswered = await cli.RunAsync("trust");
        var before = await cli.RunAsync("trust", "--json");
        var answered = await cli.RunAsync(new RecordingTerminal { Answer = true }, "trust");
        var after = await cli.RunAsync("trust", "--json");
        cli.Write(".orchestrator/config.yaml", "agents: {mine: {command: [./other.sh]}}\n");
        var changed = await cli.RunAsync("trust", "--json");

        Assert.Equal((3, 3, 0, 0, 3), (unanswered.ExitCode, before.ExitCode, answered.ExitCode, after.ExitCode, changed.ExitCode));
        Assert.Equal(["agents.mine.command", "worktrees.setup"], before.Json["items"]!.AsArray().Select(item => (string?)item!["setting"]));
        Assert.True((bool)after.Json["trusted"]!);
        Assert.False(File.Exists(Path.Combine(cli.Folder, "trust.json")));
    }

    [Fact]
    public async Task Trust_NothingToTrust_IsDone()
    {
        using var cli = new CliFixture().WithRepository();

        Assert.Equal(0, (await cli.RunAsync("trust")).ExitCode);
    }

    [Fact]
    public async Task Check_UsableRepository_NamesEachThing()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", "agent: mine\nagents: {mine: {command: [/bin/true]}}\ndisk: {reserve: 1}\n");

        var result = await cli.RunAsync("check", "--json");

        Assert.Equal(0, result.ExitCode);
        var checks = result.Json["checks"]!.AsArray().ToDictionary(check => (string)check!["name"]!, check => (string?)check!["status"]);
        Assert.Equal(("ok", "ok", "ok"), (checks["git"], checks["agent"], checks["disk"]));
    }

    [Theory]
    [InlineData("agent: mine\nagents: {mine: {command: [no-such-program-here]}}\n", "agent", 5)]
    [InlineData("agent: mine\nagents: {mine: {command: [/bin/true]}}\ndisk: {reserve: 900000TB}\n", "disk", 5)]
    public async Task Check_SomethingMissing_FailsWithTheCure(string config, string name, int exitCode)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", config);

        var result = await cli.RunAsync("check", "--json");

        Assert.Equal(exitCode, result.ExitCode);
        var check = result.Json["checks"]!.AsArray().Single(check => (string?)check!["name"] == name)!;
        Assert.Equal("fail", (string?)check["status"]);
        Assert.NotEmpty((string?)check["cure"] ?? "");
    }

    [Fact]
    public async Task Check_RepositoryWithoutCommits_IsExitTwo()
    {
        using var cli = new CliFixture();
        cli.Git("init", "-q");
        cli.Write(".orchestrator/config.yaml", "agent: mine\nagents: {mine: {command: [/bin/true]}}\n");

        var result = await cli.RunAsync("check");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("no commit yet", result.People, StringComparison.Ordinal);
    }
}
