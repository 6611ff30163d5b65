using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Settings.Tests;

public class SettingsLoaderTests
{
    [Fact]
    public void Load_NothingGiven_GivesTheDocumentedDefaults()
    {
        var settings = Load().Settings!;

        Assert.Equal(3, settings.Workers);
        Assert.Equal(64, settings.MaxWorkers);
        Assert.Equal(TimeSpan.FromSeconds(1800), settings.TaskTimeout);
        Assert.Equal(TimeSpan.FromSeconds(300), settings.Planner.Timeout);
        Assert.Equal(2, settings.MaxRemediations);
        Assert.Equal(
            new RetryRule
            {
                MaxAttempts = 3,
                BaseDelay = TimeSpan.FromSeconds(1),
                MaxDelay = TimeSpan.FromSeconds(60),
            },
            settings.Retry
        );
        Assert.Equal(new LimitSettings(TimeSpan.FromSeconds(900), null, null, null, null, TimeSpan.FromMinutes(30)), settings.Limits);
        Assert.Equal(("sonnet", "opus"), (settings.Model, settings.Planner.Model));
        Assert.Equal("claude", settings.Agent);
        Assert.Equal(TimeSpan.FromHours(72), settings.ApprovalTimeout);
        Assert.Equal(2_000_000_000, settings.DiskReserve);
        Assert.Equal(".worktrees", settings.Worktrees.Directory);
        Assert.Equal("merge", settings.Git.Land);
        Assert.Contains("**/.github/workflows/**", settings.AlwaysRequireHuman);
        Assert.Null(settings.Temporal.Address);
    }

    [Fact]
    public void Load_EveryDefaultText_IsAcceptedAndGivesTheSameSettings()
    {
        var off = new[] { "detected", "built-in", "none" };
        var lines = SettingDeclarationIndex
            .All.Where(key => !key.Name.Contains('*') && !off.Contains(key.DefaultText))
            .Select(key => $"{key.Name}: {key.DefaultText}");

        // A repository's file may not have all of them.
        var result = SettingsLoader.Load(new RawSettingSourceContent { UserFile = new("user.yaml", string.Join('\n', lines)) });

        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal(Load().Values.Select(value => value.Value), result.Values.Select(value => value.Value));
    }

    [Fact]
    public void Load_SeveralLayers_TheLaterLayerWins()
    {
        var input = new RawSettingSourceContent
        {
            IsTrusted = true,
            UserFile = new("user.yaml", "workers: 4\nmodel: haiku\ntimeout: 10m\nbranch_prefix: mine\n"),
            RepositoryFile = new("config.yaml", "# comment\nworkers: 5\nmodel: opus\ntimeout: 20m\n"),
            DotEnv = new(".env", "ORCHESTRATOR_MODEL=sonnet\nMAX_AGENTS=6\n"),
            Environment = new Dictionary<string, string> { ["ORCHESTRATOR_WORKERS"] = "7" },
            Flags = [new("--timeout", "timeout", "30")],
        };

        var result = SettingsLoader.Load(input);

        Assert.Empty(result.Errors);
        var sources = result.Values.ToDictionary(value => value.Name, value => (value.Value, Source: value.Source.ToString()));
        Assert.Equal(("mine", "user.yaml:4"), sources["branch_prefix"]);
        Assert.Equal(("7", "$ORCHESTRATOR_WORKERS"), sources["workers"]);
        Assert.Equal(("sonnet", ".env:1"), sources["model"]);
        Assert.Equal(("30s", "--timeout"), sources["timeout"]);
        Assert.Equal(("merge", "default"), sources["git.land"]);
    }

    /// <summary>A user who relies on a setting must learn that it has no effect.</summary>
    [Theory]
    [InlineData("budget: {week: 5}", "budget.week")]
    [InlineData("usage: {sleep_at: 80}", "usage.sleep_at")]
    [InlineData("notifications: {sound: loud}", "notifications.sound")]
    public void Load_SettingThatNothingActsOn_IsNamedAsUnknown(string file, string key) =>
        Assert.Equal(
            (key, "there is no such setting; it is ignored."),
            Load(file: file).Warnings.Select(warning => (warning.Key, warning.Message)).Single()
        );

    [Fact]
    public void Load_ManyFaults_ReportsAllWithLineAndCure()
    {
        var result = Load(
            file: """
            workers: many
            timeout: -5
            git:
              land: mege
            limits:
              stall: soon
            gates:
              task:
                - command: make test
                  tipe: test
            risk:
              sensitive_patterns:
                - {pattern: "(a", weight: 5}
            """
        );

        Assert.Null(result.Settings);
        Assert.Equal(
            ["workers 1", "timeout 2", "limits.stall 6", "gates.task[0].tipe 10", "git.land 4", "risk.sensitive_patterns 13"],
            result.Errors.Select(fault => $"{fault.Key} {fault.Source.Line}")
        );
        Assert.All(result.Errors, fault => Assert.Matches("^(Give|The default is|Did you mean) .*[.?]$", fault.Cure));
        Assert.Contains(
            "'many' is not a whole number from 1 to 1000. The default is 3.",
            result.Errors[0].ToString(),
            StringComparison.Ordinal
        );
        Assert.Contains("the nearest name is 'merge'", result.Errors[4].Message, StringComparison.Ordinal);
        Assert.Contains("'type'", result.Errors[3].Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UnknownKeys_WarnsWithTheNearestName()
    {
        var result = Load(
            file: "retry:\n  max_atempts: 5\nzzz: 1\n",
            variables: new()
            {
                ["ORCHESTRATOR_WORKRES"] = "2",
                ["ORCHESTRATOR_RUN"] = "r",
                ["PATH"] = "/bin",
            }
        );

        Assert.NotNull(result.Settings);
        Assert.Equal(
            [
                "retry.max_atempts: Did you mean 'retry.max_attempts'?",
                "zzz: See 'orchestrate config list'.",
                "workres: Did you mean 'workers'?",
            ],
            result.Warnings.Select(fault => $"{fault.Key}: {fault.Cure}")
        );
    }

    [Fact]
    public void Load_NamespaceWrittenOut_IsSetAlsoWhereItIsTheDefaultOne()
    {
        Assert.False(Load().Settings!.Temporal.IsNamespaceSet);
        Assert.True(Load(file: "temporal: { namespace: default }").Settings!.Temporal.IsNamespaceSet);
    }

    [Fact]
    public void Load_WorkersAsMapping_SetsCountAndMax()
    {
        var settings = Load(file: "workers: {count: 12, max: 20}\n").Settings!;

        Assert.Equal((12, 20), (settings.Workers, settings.MaxWorkers));
    }

    [Fact]
    public void Load_SecretWrittenOut_IsRefusedInAFileAndNeverKeptFromAVariable()
    {
        var written = Load(file: "temporal: {api_key: abc123}\n");
        var variable = Load(variables: new() { ["TEMPORAL_API_KEY"] = "abc123" });

        Assert.Contains("must not be written here", Assert.Single(written.Errors).Message, StringComparison.Ordinal);
        var secret = variable.Settings!.Temporal.ApiKey!;
        Assert.Equal("abc123", secret.Resolve(name => name == "TEMPORAL_API_KEY" ? "abc123" : null, _ => ""));
        Assert.DoesNotContain(variable.Values, value => value.Value.Contains("abc123", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_AgentsWithCommands_AreKnownByName()
    {
        var result = Load(
            file: """
            agent: scripted
            agents:
              scripted:
                command: [samples/agents/scripted-agent.sh, --fast]
              claude:
                provider: bedrock
            """
        );

        var settings = result.Settings!;
        Assert.Equal(["samples/agents/scripted-agent.sh", "--fast"], settings.Agents["scripted"].Command);
        Assert.Equal("bedrock", settings.Agents["claude"].Provider);
        Assert.Contains(result.Values, value => value.Name == "agents.scripted.command" && value.Source.Line == 4);
    }

    /// <summary>Each agent has one turn, also where they name each other.</summary>
    [Theory]
    [InlineData("agents: {claude: {slots: 2}}\n", "")]
    [InlineData("agents: {claude: {relay: codex}}\n", "codex 60")]
    [InlineData("agents: {claude: {relay: codex, relay_after: 3h}, codex: {relay: claude}}\n", "codex 180")]
    [InlineData(
        "agents: {claude: {relay: codex}, codex: {relay: gemini, relay_after: 5m}, gemini: {relay: codex}}\n",
        "codex 60, gemini 5"
    )]
    public void RelaysOf_AgentsThatNameOthers_IsTheRowOfThem(string file, string expected)
    {
        var relays = Load(file: file).Settings!.RelaysOf("claude");

        Assert.Equal(expected, string.Join(", ", relays.Select(relay => $"{relay.Agent} {relay.After.TotalMinutes}")));
    }

    [Theory]
    [InlineData("agent: scripetd\nagents: {scripted: {command: [a]}}\n", "the nearest name is 'scripted'")]
    [InlineData("branch_prefix: bad..name\n", "no branch whose name begins with 'bad..name/'")]
    [InlineData("branch_prefix: agents/\n", "no branch whose name begins with")]
    [InlineData("branch_prefix: -x\n", "no branch whose name begins with")]
    [InlineData("branch_prefix: 'two words'\n", "no branch whose name begins with")]
    [InlineData("branch_prefix: a/b.lock\n", "no branch whose name begins with")]
    [InlineData("agents: {empty: {command: []}}\n", "no program")]
    [InlineData("agents: {claude: {fallback: [api]}}\n", "its fallback has no budget")]
    [InlineData("agents: {claude: {fallback: [apj], fallback_budget: 5}}\n", "the provider 'apj' is unknown")]
    [InlineData("agents: {claude: {fallback: [subscription], fallback_budget: 5}}\n", "already pays first")]
    [InlineData("agents: {claude: {fallback: [api, api], fallback_budget: 5}}\n", "listed twice")]
    [InlineData("agents: {claude: {relay: claude}}\n", "its own relay")]
    [InlineData("agents: {claude: {relay: codexx}}\n", "the agent 'codexx' is unknown")]
    [InlineData("agents: {claude: {relay: codex, relay_after: 5s}}\n", "not a duration between 1m")]
    [InlineData("agents: {empty: {provider: api}}\n", "no program")]
    [InlineData("workers: 70\n", "more than workers.max (64)")]
    [InlineData("retry: {base_delay: 2m}\n", "more than retry.max_delay")]
    public void Load_SettingsThatDoNotFit_AreErrors(string file, string message)
    {
        var result = Load(file: file);

        Assert.Null(result.Settings);
        Assert.Contains(message, Assert.Single(result.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agents:\n  mine:\n    description:\n      program: x\n      streem: 3\n", 5, "'streem' is not a valid description key.")]
    [InlineData("agents:\n  mine:\n    description:\n      like: nobody\n", 4, "the agent 'nobody' is unknown.")]
    [InlineData("agents:\n  mine:\n    description:\n      program: [x]\n", 4, "the value does not have the type that this key requires.")]
    public void Load_FaultyDescription_IsOneErrorWithItsLine(string file, int line, string message)
    {
        var error = Assert.Single(Load(file: file).Errors);

        Assert.Equal(line, error.Source.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("workers: [1\n", "not valid YAML")]
    [InlineData("workers: 1\nworkers: 2\n", "is repeated")]
    [InlineData("retry:\n\tmax_attempts: 1\n\tbase_delay: 2\n", "indented with a tab")]
    [InlineData("- a\n- b\n", "not a mapping")]
    [InlineData("workers: 1\n---\nworkers: 2\n", "more than one YAML document")]
    [InlineData("a: &x [1]\nb: *x\n", "Anchors")]
    [InlineData("a\0b", "binary")]
    public void Load_BrokenFile_NamesTheFileAndNeverThrows(string file, string message)
    {
        var result = Load(file: file);

        Assert.Contains(
            result.Errors,
            fault => fault.Message.Contains(message, StringComparison.Ordinal) && fault.Source.Place == "config.yaml"
        );
    }

    [Fact]
    public void Load_FaultsOfKeysAndOfValues_AreReportedTogether()
    {
        var faults = Load(file: "timeout: soon\nworkers: 1\nworkers: 2\ngates: {task: [make test, ~]}\n").Errors;

        Assert.Equal(
            ["config.yaml:1 timeout", "config.yaml:3 workers", "config.yaml:4 gates.task[1]"],
            faults.Select(fault => $"{fault.Source} {fault.Key}").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Load_HugeOrDeepFile_IsRefused()
    {
        Assert.Contains(
            "too long for a configuration",
            Assert.Single(Load(file: new string('a', 1_000_001)).Errors).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "nested more than 64 levels deep",
            Assert.Single(Load(file: new string('[', 100_000)).Errors).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Load_EmptyFile_IsNoFault()
    {
        Assert.Empty(Load(file: "").Errors);
        Assert.Empty(Load(file: "# only a comment\n").Errors);
    }

    [Fact]
    public void Load_Gates_ReadsCommandsAndMappings()
    {
        var gates = Load(
            file: """
            gates:
              task:
                - dotnet test
                - {command: npm run lint, type: lint, required: false, timeout: 90, description: Style, negate: true}
            """
        ).Settings!.Gates;

        Assert.Equal(
            [
                new Gate("dotnet test", GateType.Test),
                new Gate("npm run lint", GateType.Lint, false, TimeSpan.FromSeconds(90), "Style", true),
            ],
            gates.Task!
        );
        Assert.Null(gates.Integration);
    }

    [Fact]
    public void Load_GateThatNeedsOthers_IsReadAndWritten_AndAnUnknownNameIsAnErrorWithItsLine()
    {
        var good = Load(file: "gates:\n  task:\n    - {command: npm test, needs: [build], clean: true}\n    - npm run build\n");
        var bad = Load(file: "gates:\n  task:\n    - {command: npm test, needs: [bild]}\n    - npm run build\n");

        Assert.Equal(["npm run build"], good.Settings!.Gates.Task![0].Needs!);
        Assert.Equal(
            "[{command: \"npm test\", clean: true, needs: [\"npm run build\"]}, \"npm run build\"]",
            good.Values.Single(value => value.Name == "gates.task").Value
        );
        Assert.Equal("config.yaml:3", Assert.Single(bad.Errors).Source.ToString());
        Assert.Contains("needs 'bild', which is not another gate in this list", bad.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ExclusiveGate_IsReadAndWritten_AndABadNameIsAnErrorWithItsLine()
    {
        var good = Load(file: "gates:\n  task:\n    - {command: npm run e2e, exclusive: port-3000}\n");
        var bad = Load(
            file: "gates:\n  task:\n    - command: npm run e2e\n      exclusive: the database\n    - {command: pytest, exlusive: db}\n"
        );

        Assert.Equal("port-3000", Assert.Single(good.Settings!.Gates.Task!).Exclusive);
        Assert.Equal("[{command: \"npm run e2e\", exclusive: port-3000}]", good.Values.Single(value => value.Name == "gates.task").Value);
        Assert.Equal(["config.yaml:4", "config.yaml:5"], bad.Errors.Select(error => error.Source.ToString()));
        Assert.Contains("Did you mean 'exclusive'?", bad.Errors[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WorktreeVariables_AreReadFromFileAndVariable()
    {
        var file = Load(
            file: "worktrees:\n  env:\n    DATABASE_URL: postgres://localhost/app_{worktree}\n    PORT: \"{port}\"\n    DEBUG: "
                + "\"{port+19} {{literal}} {tmp}\"\n"
        );
        var variable = Load(
            variables: new()
            {
                ["ORCHESTRATOR_WORKTREES__ENV"] = "{PORT: '{port}'}",
                ["ORCHESTRATOR_PORT"] = "20000",
                ["ORCHESTRATOR_WORKTREE"] = "api_1",
            }
        );

        Assert.Equal(["DATABASE_URL", "DEBUG", "PORT"], file.Settings!.Worktrees.Environment.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("postgres://localhost/app_{worktree}", file.Settings.Worktrees.Environment["DATABASE_URL"]);
        Assert.Equal("{port}", Assert.Single(variable.Settings!.Worktrees.Environment).Value);
        Assert.Empty(variable.Warnings);
        Assert.Empty(Load().Settings!.Worktrees.Environment);
    }

    [Theory]
    [InlineData("A: \"{prot}\"", "'{prot}' in the value of 'A' is not a known placeholder")]
    [InlineData("A: \"{port+20}\"", "'{port+20}' in the value of 'A' is not a known placeholder")]
    [InlineData("ORCHESTRATOR_PORT: \"1\"", "begins with ORCHESTRATOR_")]
    [InlineData("\"A-B\": x", "is not a valid variable name")]
    [InlineData("A: {port}", "needs quotes")]
    public void Load_WorktreeVariableThatCannotBe_IsAnErrorWithItsLine(string line, string message)
    {
        var result = Load(file: $"worktrees:\n  env:\n    GOOD: x\n    {line}\n");

        var error = Assert.Single(result.Errors);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(("worktrees.env", "config.yaml:4"), (error.Key, error.Source.ToString()));
    }

    [Theory]
    [InlineData("/node_modules")]
    [InlineData("../node_modules")]
    [InlineData("a/../../b")]
    [InlineData("./a")]
    [InlineData(".git/hooks")]
    [InlineData("~/x")]
    public void Load_FolderOutsideOfTheRepository_IsAnErrorWithItsLine(string folder)
    {
        var good = Load(file: "worktrees:\n  reuse: [packages/a/node_modules/, vendor]\n");
        var bad = Load(file: $"worktrees:\n  reuse:\n    - vendor\n    - {folder}\n");

        Assert.Equal(["packages/a/node_modules", "vendor"], good.Settings!.Worktrees.Reuse);
        Assert.Null(Load().Settings!.Worktrees.Reuse);
        var error = Assert.Single(bad.Errors);
        Assert.Contains("is not a folder inside the repository", error.Message, StringComparison.Ordinal);
        Assert.Equal("worktrees.reuse", error.Key);
    }

    [Fact]
    public void Load_ListInAVariable_IsReadAsInAFileOrByCommas()
    {
        var result = Load(
            variables: new()
            {
                ["ORCHESTRATOR_GATES__TASK"] = "[make test, 'make lint']",
                ["ORCHESTRATOR_WORKTREES__KEEP"] = "node_modules, .venv",
            }
        );

        Assert.Equal(["make test", "make lint"], result.Settings!.Gates.Task!.Select(gate => gate.Command));
        Assert.Equal(["node_modules", ".venv"], result.Settings.Worktrees.Keep);
    }

    [Fact]
    public void Load_AccountVariablesInDotEnv_GoToAgentsOnly()
    {
        var result = SettingsLoader.Load(
            new RawSettingSourceContent
            {
                IsTrusted = true,
                DotEnv = new(".env", "export ANTHROPIC_API_KEY='k 1'\nAWS_REGION=eu-west-1 # home\nDATABASE_URL=x\n"),
            }
        );

        Assert.Equal("k 1", result.AgentEnvironment["ANTHROPIC_API_KEY"]);
        Assert.Equal("eu-west-1", result.AgentEnvironment["AWS_REGION"]);
        Assert.Equal(2, result.AgentEnvironment.Count);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void Load_SecretsFile_ServesReferencesAndAgentsAfterTheProcessOwnVariables()
    {
        var result = SettingsLoader.Load(
            new RawSettingSourceContent
            {
                IsTrusted = true,
                RepositoryFile = new("config.yaml", "temporal: {api_key: $ENGINE}\n"),
                DotEnv = new(".env", "ANTHROPIC_API_KEY=from-dot-env\nENGINE=old\n"),
                Secrets = new(".orchestrator/secrets.env", "ENGINE=key-T0\nANTHROPIC_API_KEY=from-secrets\nAWS_REGION=eu-west-1\n"),
                SecretsAreOpen = true,
                Environment = new Dictionary<string, string> { ["AWS_REGION"] = "us-east-1", ["PATH"] = "/bin" },
            }
        );

        Assert.Equal("key-T0", result.Settings!.Temporal.ApiKey!.Resolve(result.Variables.GetValueOrDefault, File.ReadAllText));
        Assert.Equal(
            [("ANTHROPIC_API_KEY", "from-secrets"), ("AWS_REGION", "us-east-1"), ("PATH", "/bin")],
            result.AgentEnvironment.Select(pair => (pair.Key, pair.Value)).Order()
        );
        Assert.Contains("chmod 600", result.Warnings[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(result.Values, value => value.Value.Contains("key-T0", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_AsJson_CanBeKeptWithARun()
    {
        var settings = Load(file: "workers: 5\ngates: {task: [{command: make, timeout: 5m}]}\nagents: {x: {command: [a, b]}}\n").Settings!;

        var json = System.Text.Json.JsonSerializer.Serialize(settings);
        var back = System.Text.Json.JsonSerializer.Deserialize<OrchestratorSettings>(json)!;

        Assert.Equal(json, System.Text.Json.JsonSerializer.Serialize(back));
        Assert.Equal(["a", "b"], back.Agents["x"].Command);
        Assert.Equal(settings.Gates.Task!, back.Gates.Task!);
    }

    internal static SettingsLoadResult Load(string file = "", Dictionary<string, string>? variables = null) =>
        SettingsLoader.Load(
            new RawSettingSourceContent
            {
                IsTrusted = true,
                RepositoryFile = new("config.yaml", file),
                Environment = variables ?? [],
            }
        );
}
