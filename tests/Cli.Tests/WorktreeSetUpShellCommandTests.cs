using Xunit;

namespace Orchestrator.Cli.Tests;

public class WorktreeSetUpShellCommandTests
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
        Assert.Equal(
            "?? .env.example\n?? .orchestrator/.gitignore\n?? .orchestrator/config.yaml\n",
            cli.Git("status", "--porcelain", "-uall")
        );
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Init_FilesOfOlderTools_AreTakenOverOrNamed()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "orchestrator_config.json",
            """
            {
              "models": {"manager": {"model": "opus"}, "worker": {"model": "haiku"}},
              "execution": {"max_workers": 5, "worker_timeout": 600, "max_retries": 3},
              "temporal": {"api_key": "key-secret"},
              "monitoring": {"color": "red"},
              "git": {"auto_commit": true}
            }
            """
        );
        cli.Write(Path.Combine(cli.Home, ".config/claude-orchestra/config.json"), "{\n  \"default_parallel\": 3\n}\n");
        cli.Write(
            ".claude-agents.yaml",
            "risk:\n  auto_approve_threshold: 30\n  sensitive_patterns:\n    - {pattern: \"auth|crypto\", weight: 20}\n"
        );
        cli.Write(".env", "DATABASE_URL=postgres://x\nANTHROPIC_API_KEY=k\n");

        var result = await cli.RunAsync("init");
        var config = await cli.RunAsync("config", "list", "--changed");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("unused DATABASE_URL  (in .env:1)", result.People, StringComparison.Ordinal);
        Assert.Contains("unused monitoring.color", result.People, StringComparison.Ordinal);
        Assert.Contains(
            "used   git.auto_commit  (in orchestrator_config.json:6; orchestrate always behaves this way)",
            result.People,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "unused default_parallel  (in ~/.config/claude-orchestra/config.json:2; workers is imported from orchestrator_config.json:3)",
            result.People,
            StringComparison.Ordinal
        );
        Assert.Contains(".env is not ignored", result.People, StringComparison.Ordinal);
        Assert.Equal("TEMPORAL_API_KEY=key-secret\n", cli.Read(".orchestrator/secrets.env"));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(cli.Folder, ".orchestrator", "secrets.env"))
        );
        Assert.DoesNotContain("secret", cli.Read(".orchestrator/config.yaml"), StringComparison.Ordinal);
        string[] expected =
        [
            "workers",
            "5",
            "timeout",
            "10m",
            "retry.max_attempts",
            "4",
            "planner.model",
            "opus",
            "risk.auto_approve_threshold",
            "30",
            "auth|crypto",
            "$TEMPORAL_API_KEY",
        ];
        Assert.All(expected, text => Assert.Contains(text, config.People, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Init_ConfigurationIsThere_NamesWhatItDidNotTake()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", "workers: 7\n");
        cli.Write(
            "orchestrator_config.json",
            """{"execution": {"max_workers": 5, "worker_timeout": 600}, "models": {"manager": {"model": "claude-3-opus-20240229","""
                + """ "description": "plans"}}}"""
        );
        cli.Write(".gitignore", ".env\n");
        cli.Write(".env", "MAX_AGENTS=5\nLOCK_TIMEOUT=300\nAWS_REGION=eu-west-1\nREDIS_URL=x\nOWN=1\n");

        var result = await cli.RunAsync("init");

        Assert.Equal("workers: 7\n", cli.Read(".orchestrator/config.yaml"));
        Assert.DoesNotContain("took", result.People, StringComparison.Ordinal);
        string[] expected =
        [
            "left   timeout: 10m  (from orchestrator_config.json:1)",
            "left   planner.model: opus",
            "unused models.manager.description",
            "used   MAX_AGENTS  (in .env:1; workers)",
            "used   AWS_REGION  (in .env:3; passed to agents)",
            "unused REDIS_URL",
            "unused OWN",
        ];
        Assert.All(expected, line => Assert.Contains(line, result.People, StringComparison.Ordinal));
        Assert.DoesNotContain("left   workers", result.People, StringComparison.Ordinal);
        Assert.DoesNotContain("limits.", result.People, StringComparison.Ordinal);
    }

    /// <summary>A number of agents says nothing of their memory and their processors.</summary>
    [Fact]
    public async Task Init_VariablesOfAnOlderTool_AddNoLimits()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".env", "MAX_AGENTS=5\nLOCK_TIMEOUT=300\n");

        var result = await cli.RunAsync("init");
        var changed = await cli.RunAsync("config", "list", "--changed");

        Assert.True(result.ExitCode == 0, result.People);
        Assert.DoesNotContain("limits", cli.Read(".orchestrator/config.yaml"), StringComparison.Ordinal);
        Assert.DoesNotContain("limits.", changed.Output, StringComparison.Ordinal);
        Assert.Contains("workers", changed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InitClaude_RepositoryAndHome_GetTheSkillAndFiveAgentsOnce()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".claude/agents/worker.md", "mine\n");

        var here = await cli.RunAsync("init", "--claude");
        var home = await cli.RunAsync("init", "--claude", "--global");
        var wrong = await cli.RunAsync("init", "--global");

        Assert.Equal((0, 0, 2), (here.ExitCode, home.ExitCode, wrong.ExitCode));
        Assert.Equal("mine\n", cli.Read(".claude/agents/worker.md"));
        Assert.StartsWith("---\nname: orchestrate\n", cli.Read(".claude/skills/orchestrate/SKILL.md"), StringComparison.Ordinal);
        Assert.All(
            ["planner-architect", "supervisor", "worker", "verifier", "integration-checker"],
            name =>
                Assert.StartsWith(
                    $"---\nname: {name}\ndescription: ",
                    File.ReadAllText(Path.Combine(cli.Home, ".claude/agents", name + ".md")),
                    StringComparison.Ordinal
                )
        );
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator")));
    }

    [Fact]
    public async Task InitClaude_CommandsThatTheFilesName_AreThere()
    {
        using var cli = new CliFixture();
        await cli.RunAsync("init", "--claude", "--global");
        var files = Directory.GetFiles(Path.Combine(cli.Home, ".claude"), "*.md", SearchOption.AllDirectories).Select(File.ReadAllText);
        var named = System
            .Text.RegularExpressions.Regex.Matches(string.Join('\n', files), "`orchestrate ([a-z]+)")
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .ToList();

        Assert.True(named.Count > 10);
        foreach (var name in named)
        {
            Assert.Equal(0, (await cli.RunAsync(name, "--help")).ExitCode);
        }
    }

    [Fact]
    public async Task Check_EngineAndGates_AreLookedAt()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("package.json", """{"scripts": {"test": "node --test"}}""");

        var found = await cli.RunAsync("check", "--json");
        cli.Write(".orchestrator/config.yaml", "gates: {task: [make proof]}\ntemporal: {address: '127.0.0.1:1'}\n");
        var untrusted = await cli.RunAsync("check", "--json");
        await cli.TrustAsync();
        var set = await cli.RunAsync("check", "--json");

        Assert.Contains("npm run test", Entry(found, "gates").Message, StringComparison.Ordinal);
        Assert.Equal(("ok", "The embedded engine will start with the first run."), Entry(found, "engine"));
        Assert.Equal(("warn", "ok"), (Entry(untrusted, "trust").Status, Entry(untrusted, "engine").Status));
        Assert.Equal(("ok", "Set: make proof."), Entry(set, "gates"));
        Assert.Equal("fail", Entry(set, "engine").Status);
        Assert.Equal(5, set.ExitCode);

        static (string Status, string Message) Entry(CliFixture.CliResult result, string name)
        {
            var entry = result.Json["checks"]!.AsArray().Single(check => (string?)check!["name"] == name)!;
            return ((string)entry["status"]!, (string)entry["message"]!);
        }
    }

    [Fact]
    public async Task Check_RemoteThatMachinesShare_IsLookedAt()
    {
        using var cli = new CliFixture().WithRepository();
        var shared = Path.Combine(cli.Folder, "shared.git");

        var none = await cli.RunAsync("check");
        await cli.RunAsync("config", "set", "--user", "wip.remote", shared);
        var absent = await cli.RunAsync("check");
        await cli.RunAsync("config", "set", "--user", "hosts.spread", "true");
        var needed = await cli.RunAsync("check");
        cli.Git("init", "-q", "--bare", shared);
        var there = await cli.RunAsync("check");

        Assert.DoesNotContain("sharing", none.Output, StringComparison.Ordinal);
        Assert.Contains($"warn  sharing: The remote {shared} is not reachable (wip.remote): ", absent.Output, StringComparison.Ordinal);
        Assert.Contains("fail  sharing: ", needed.Output, StringComparison.Ordinal);
        Assert.Equal(5, needed.ExitCode);
        Assert.Contains($"ok    sharing: The remote {shared} is reachable (wip.remote).", there.Output, StringComparison.Ordinal);
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
        Assert.Equal(
            ("9", "3", "repositoryFile", ".orchestrator/config.yaml", 1),
            (
                (string?)workers["value"],
                (string?)workers["default"],
                (string?)workers["source"],
                (string?)workers["place"],
                (int)workers["line"]!
            )
        );
    }

    [Fact]
    public async Task Config_SetWhatDotEnvSaysToo_WarnsThatItIsNotInForce()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".env", "MAX_AGENTS=5\n");

        var set = await cli.RunAsync("config", "set", "workers", "9");

        Assert.Equal(0, set.ExitCode);
        Assert.Contains("The change has no effect, because .env:1 overrides it with 5.", set.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_RiskFileOfAnOlderToolWithoutInit_CountsForQuestionsAndNamesItself()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: D, prompt: P, files_write: [internal/a.py], verification: [test -f internal/a.py]}\n"
        );
        cli.Write(".claude-agents.yaml", "risk:\n  sensitive_patterns:\n    - {pattern: \"internal/*\", weight: 60}\n");

        var list = await cli.RunAsync("config", "list", "--changed");
        var risk = await cli.RunAsync("validate", "--view", "risk", "tasks.yaml", "--json");

        Assert.Contains("(.claude-agents.yaml:2;", list.People, StringComparison.Ordinal);
        Assert.Contains("not trusted yet", risk.People, StringComparison.Ordinal);
        Assert.Equal((3, "internal/*"), (risk.ExitCode, (string?)risk.Json["factors"]![0]!["pattern"]));
    }

    [Fact]
    public async Task Run_RiskFileOfAnOlderToolAllowsMore_NeedsTrust()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: D, prompt: P, files_write: [a.py], verification: [test -f a.py]}\n");
        cli.Write(".claude-agents.yaml", "risk: {auto_approve_threshold: 90, review_threshold: 99}\n");

        var run = await cli.RunAsync("run", "tasks.yaml");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("risk.auto_approve_threshold: 90  (.claude-agents.yaml:1)", run.People, StringComparison.Ordinal);
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
        await cli.TrustAsync();

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
        await cli.TrustAsync();

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
        Assert.Contains("no commits yet", result.People, StringComparison.Ordinal);
    }
}
