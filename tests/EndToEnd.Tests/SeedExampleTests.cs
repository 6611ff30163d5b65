using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Plans of the older tools, unchanged, are read and executed to the end.</summary>
public sealed class SeedExampleTests
{
    [Fact]
    public async Task TaskGraph_WithItsRiskFile_IsScoredRunAndLands()
    {
        using var place = await SeedWorkplace.CreateAsync();
        await place.Repository.CommitAsync(
            "start",
            ("tasks.yaml", SeedWorkplace.Seed("task-graph/tasks.yaml")),
            (".claude-agents.yaml", SeedWorkplace.Seed("task-graph/claude-agents.yaml")),
            ("src/models/user.py", "class User: ...\n"),
            ("tests/test_auth_routes.py", "def test_routes(): ...\n"),
            ("contracts/auth_interface.py", SeedWorkplace.Seed("task-graph/auth_interface.py"))
        );
        place.Play(
            (
                "task-auth-service",
                [
                    SeedWorkplace.Write("src/services/auth.py", "def login(): ...\n"),
                    SeedWorkplace.Write("tests/test_auth.py", "def test_login(): ...\n"),
                ]
            ),
            ("task-auth-routes", [SeedWorkplace.Write("src/routes/auth.py", "routes = []\n")])
        );

        var waves = (await place.JsonAsync("graph", "tasks.yaml"))["waves"]!.ToJsonString();
        var conflicts = await place.RunAsync("conflicts", "tasks.yaml");
        var risk = await place.RunAsync("risk", "--config", ".claude-agents.yaml", "tasks.yaml", "--json");
        var unapproved = await place.RunAsync("run", "--dry-run");
        var interfaces = (await place.JsonAsync("contracts", "tasks.yaml"))["contracts"]![0]!;
        var contract = await place.RunAsync("contracts", "MyProtocol", "login", "logout", "-o", "contracts/my.py");
        var run = await place.RunAsync("run", "tasks.yaml", "--yes", "--approve-risk", "60");

        Assert.Equal("""[["task-auth-service"],["task-auth-routes"]]""", waves);
        Assert.Equal(0, conflicts.ExitCode);
        Assert.Equal(
            (3, 60, 30),
            (risk.ExitCode, (int)JsonNode.Parse(risk.Output)!["score"]!, (int)JsonNode.Parse(risk.Output)!["autoApproveThreshold"]!)
        );
        Assert.Equal(0, unapproved.ExitCode);
        Assert.Equal(
            ("AuthServiceProtocol", SeedWorkplace.Seed("task-graph/auth_interface.py")),
            ((string?)interfaces["name"], (string?)interfaces["stub"])
        );
        Assert.Equal(
            SeedWorkplace.Seed("task-graph/auth_interface.py").TrimEnd(),
            await place.Repository.GitAsync("show", "main:contracts/auth_interface.py")
        );
        Assert.Equal(0, contract.ExitCode);
        Assert.Contains("class MyProtocol(Protocol):", File.ReadAllText(place.Repository["contracts/my.py"]), StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("routes = []", await place.Repository.GitAsync("show", "main:src/routes/auth.py"));
        Assert.Contains("pytest tests/test_auth.py", await File.ReadAllTextAsync(place.Calls), StringComparison.Ordinal);
        Assert.Contains("pytest tests/test_auth_routes.py", await File.ReadAllTextAsync(place.Calls), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task TaskGraph_WithContextKeysAlone_IsReadAndItsTextsReachThePrompt()
    {
        using var place = await SeedWorkplace.CreateAsync();
        // The example shows one key; the task itself stands in the other example.
        var key = SeedWorkplace.Seed("task-graph/context-keys.yaml").Split('\n')[2];
        var plan = SeedWorkplace
            .Seed("task-graph/tasks.yaml")
            .Replace("    depends_on: []", "    depends_on: []\n" + key, StringComparison.Ordinal);
        await place.Repository.CommitAsync("start", ("tasks.yaml", plan));
        await place.RunAsync("context", "set", "auth-rules", "Tokens end after an hour.");
        await place.RunAsync("context", "set", "jwt-config", "Sign with RS256.");
        place.Play(("task-auth-service", [SeedWorkplace.Write("src/services/auth.py", "x\n")]));

        var prompt = await place.RunAsync("prompt", "tasks.yaml", "task-auth-s");
        var run = await place.RunAsync("run", "--yes", "--approve-risk", "60", "--only", "task-auth-s");

        Assert.Contains("Tokens end after an hour.", prompt.Output, StringComparison.Ordinal);
        Assert.Contains("Sign with RS256.", prompt.Output, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("x", await place.Repository.GitAsync("show", "main:src/services/auth.py"));
    }

    [Fact]
    public async Task MasterPlan_WithItsConfiguration_RunsPhaseAfterPhase()
    {
        using var place = await SeedWorkplace.CreateAsync();
        await place.Repository.CommitAsync(
            "start",
            ("docs/master-plan.md", SeedWorkplace.Seed("phases/master-plan.md")),
            ("docs/phase1-setup.md", SeedWorkplace.Seed("phases/phase1-setup.md")),
            ("docs/phase2-impl.md", SecondPhase()),
            (".orchestrator/config.yaml", SeedWorkplace.Seed("phases/config.yaml")),
            (
                ".claude/agents/doc-sync-manager.md",
                "---\nname: doc-sync-manager\ndescription: Keeps documents true\n---\nYou keep documents true.\n"
            )
        );
        place.Play(
            (
                "1",
                [
                    SeedWorkplace.Write("src/module.py", "x = 1\n"),
                    SeedWorkplace.Write("tests/test_module.py", "\n"),
                    SeedWorkplace.Notes("notes/NOTES_phase_1.md"),
                    SeedWorkplace.Call("orchestrate", "done", "--phase", "1", "--status", "completed"),
                ]
            ),
            (
                "2",
                [
                    SeedWorkplace.SubAgent("doc-sync-manager"),
                    SeedWorkplace.Write("src/core.py", "y = 2\n"),
                    SeedWorkplace.Notes("notes/NOTES_phase_2.md"),
                    SeedWorkplace.Call("orchestrate", "done", "--phase", "2", "--status", "completed"),
                ]
            )
        );

        var dry = await place.RunAsync("run", "docs/master-plan.md", "--dry-run");
        var printed = JsonNode.Parse((await place.RunAsync("validate", "docs/master-plan.md", "--print", "json")).Output)!["tasks"]![1]!;
        var run = await place.RunAsync("run", "docs/master-plan.md", "--model", "haiku", "--yes");
        var status = await place.JsonAsync("status");

        Assert.Equal(0, dry.ExitCode);
        Assert.Equal(
            (
                "2",
                "Implementation",
                "pending",
                """["1"]""",
                """["doc-sync-manager"]""",
                """["read_previous_notes","doc_sync_manager","implementation","write_notes"]"""
            ),
            (
                (string?)printed["id"],
                (string?)printed["description"],
                (string?)printed["status"],
                printed["depends_on"]!.ToJsonString(),
                printed["required_agents"]!.ToJsonString(),
                printed["required_steps"]!.ToJsonString()
            )
        );
        Assert.Equal(
            ("""["notes/NOTES_phase_1.md"]""", """["notes/NOTES_phase_2.md"]"""),
            (printed["notes_input"]!.ToJsonString(), printed["notes_output"]!.ToJsonString())
        );
        Assert.Equal(
            """[{"id":"1.1","description":"Write `src/core.py`","completed":false}]""",
            printed["checklist"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        );
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("completed", (string?)status["state"]);
        Assert.Equal(
            "x = 1\ny = 2",
            await place.Repository.GitAsync("show", "main:src/module.py")
                + "\n"
                + await place.Repository.GitAsync("show", "main:src/core.py")
        );
        Assert.Contains(
            "## Key Decisions",
            await place.Repository.GitAsync("show", "main:notes/NOTES_phase_2.md"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task TaskMasterConfiguration_IsTakenOverAndItsCommandsWork()
    {
        foreach (
            var (seed, setting, value) in new[]
            {
                ("models", "planner.model", "opus"),
                ("models", "model", "sonnet"),
                ("git", "git.message_prefix", "Auto-commit by Claude Orchestrator"),
            }
        )
        {
            using var place = await SeedWorkplace.CreateAsync();
            await place.Repository.CommitAsync(
                "start",
                ("orchestrator_config.json", SeedWorkplace.Seed($"task-master/orchestrator_config-{seed}.json"))
            );

            var init = await place.RunAsync("init");
            var got = await place.RunAsync("config", "get", setting);

            Assert.True(init.ExitCode == 0, init.People);
            Assert.Equal(value, got.Output.Trim().Trim('"'));
        }

        using var tasks = await SeedWorkplace.CreateAsync();
        await tasks.Repository.CommitAsync("start", ("README.md", "# Todo\n"));
        Assert.Equal(0, (await tasks.RunAsync("add", "Build a todo list web app with React frontend and FastAPI backend")).ExitCode);
        Assert.Equal(0, (await tasks.RunAsync("add", "Review all Python files for security vulnerabilities and add unit tests")).ExitCode);
        Assert.Equal(0, (await tasks.RunAsync("set-status", "--id=1", "--status=done")).ExitCode);
        Assert.Equal("2", (await tasks.JsonAsync("next"))["task"]!["id"]!.ToString());
        Assert.Equal(2, (await tasks.JsonAsync("list"))["tasks"]!.AsArray().Count);
    }

    [Fact]
    public async Task Document_IsParsedToTasksWhichArePlannedAndRun()
    {
        using var place = await SeedWorkplace.CreateAsync();
        await place.Repository.CommitAsync("start", ("README.md", "# Shop\n"));
        place.Repository.Write("refactor.txt", SeedWorkplace.Seed("task-master/refactor.txt"));

        place.Play(
            (
                "planner",
                [
                    SeedWorkplace.Answer(
                        """{"tasks": [{"id": 1, "title": "Google", "description": "Sign in with Google"}, {"id": 2,"""
                            + """ "title": "GitHub", "description": "Sign in with GitHub", "dependencies": [1]}]}"""
                    ),
                ]
            )
        );
        var parsed = await place.RunAsync("parse", "refactor.txt", "--yes");
        var backlog = (await place.JsonAsync("list"))["tasks"]!.AsArray();
        place.Play(
            (
                "planner",
                [
                    SeedWorkplace.Answer(
                        """
                        {"tasks": [
                          {"id": "1", "description": "Google", "prompt": "Done when the tests pass.", "files_write": ["google.py"],
                           "depends_on": [], "verification": ["pytest tests/google"]},
                          {"id": "2", "description": "GitHub", "prompt": "Done when the tests pass.", "files_write": ["github.py"],
                           "depends_on": ["1"], "verification": ["pytest tests/github"]}]}
                        """
                    ),
                ]
            ),
            ("1", [SeedWorkplace.Write("google.py", "x = 1\n")]),
            ("2", [SeedWorkplace.Write("github.py", "y = 2\n")])
        );
        var run = await place.RunAsync("run", "--workers", "5", "--yes");

        Assert.True(parsed.ExitCode == 0, parsed.People);
        Assert.Equal(["Google", "GitHub"], backlog.Select(task => (string?)task!["title"]));
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("y = 2", await place.Repository.GitAsync("show", "main:github.py"));
        Assert.Equal(["done", "done"], (await place.JsonAsync("list"))["tasks"]!.AsArray().Select(task => (string?)task!["status"]));
        Assert.Contains("pytest tests/github", await File.ReadAllTextAsync(place.Calls), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Request_IsPlannedAndRun()
    {
        using var place = await SeedWorkplace.CreateAsync();
        await place.Repository.CommitAsync("start", ("CLAUDE.md", "Write Python.\n"));
        place.Play(
            (
                "planner",
                [
                    SeedWorkplace.Answer(
                        """{"tasks": [{"id": "tokens", "description": "Tokens", "prompt": "Done when the tests pass.","""
                            + """ "files_write": ["src/tokens.py"], "depends_on": [], "verification": ["pytest """
                            + """tests/test_tokens.py"]}]}"""
                    ),
                ]
            ),
            ("tokens", [SeedWorkplace.Write("src/tokens.py", "def refresh(): ...\n")])
        );

        var run = await place.RunAsync("run", SeedWorkplace.Seed("task-graph/request.txt").Trim(), "--yes", "--approve-risk", "60");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("def refresh(): ...", await place.Repository.GitAsync("show", "main:src/tokens.py"));
    }

    [Fact]
    public async Task SessionConfiguration_IsTakenOverAndARunUsesIt()
    {
        using var place = await SeedWorkplace.CreateAsync();
        Directory.CreateDirectory(Path.Combine(place.Home, ".config/claude-orchestra"));
        File.WriteAllText(Path.Combine(place.Home, ".config/claude-orchestra/config.json"), SeedWorkplace.Seed("sessions/config.json"));
        await place.Repository.CommitAsync(
            "start",
            ("tasks.yaml", "tasks: [{id: a, description: A, files_write: [a.txt], verification: [test -s a.txt]}]\n")
        );
        place.Play(("a", [SeedWorkplace.Call("/bin/sh", "-c", "echo ${ANTHROPIC_API_KEY:-no key} > a.txt")]));

        var init = await place.RunAsync("init");
        place.Repository.Write(".orchestrator/secrets.env", "ANTHROPIC_API_KEY=would-pay\n");
        var changed = (await place.JsonAsync("config", "list", "--changed"))["settings"]!.AsArray();
        var run = await place.RunAsync("run", "--yes", "--land", "branch");

        Assert.True(init.ExitCode == 0, init.People);
        Assert.Equal(
            [
                ("branch_prefix", "orchestra"),
                ("permissions.allow", "[\"Bash(git *)\", \"Bash(npm *)\", \"Read(*)\", \"Write(*)\"]"),
                ("workers", "3"),
                ("workers.max", "8"),
                ("worktrees.dir", ".worktrees"),
            ],
            changed
                .Select(entry => ((string)entry!["name"]!, (string)entry["value"]!))
                .Where(entry => entry.Item1 != "permissions.sandbox") // Switched off for all tests.
                .OrderBy(entry => entry.Item1, StringComparer.Ordinal)
        );
        Assert.True(run.ExitCode == 0, run.People);
        var branch = await place.Repository.GitAsync("for-each-ref", "--format=%(refname:short)", "refs/heads/orchestra");

        // The subscription pays: a key that lies about is not handed on.
        Assert.Equal("no key", await place.Repository.GitAsync("show", $"{branch}:a.txt"));
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task BedrockVariables_SetTheRunAndReachTheAgent()
    {
        using var place = await SeedWorkplace.CreateAsync();
        await place.Repository.CommitAsync(
            "start",
            (".gitignore", ".env\n"),
            ("tasks.yaml", "tasks: [{id: a, description: A, files_write: [a.txt]}]\n")
        );
        place.Repository.Write(".env", SeedWorkplace.Seed("bedrock/env"));
        place.Play(("a", [SeedWorkplace.Call("/bin/sh", "-c", "echo $AWS_PROFILE $AWS_REGION $BEDROCK_MODEL_ID > a.txt")]));

        var init = await place.RunAsync("init");
        var settings = (await place.JsonAsync("config", "list"))["settings"]!
            .AsArray()
            .ToDictionary(entry => (string)entry!["name"]!, entry => (string)entry!["value"]!);
        var run = await place.RunAsync("run", "--yes");

        Assert.True(init.ExitCode == 0, init.People);
        Assert.Contains("DATABASE_URL", init.People, StringComparison.Ordinal);
        Assert.Contains("REDIS_URL", init.People, StringComparison.Ordinal);
        Assert.Equal(("5", "5m", "5m"), (settings["workers"], settings["timeout"], settings["locks.timeout"]));
        Assert.Equal(("bedrock", "off"), (settings["agents.claude.provider"], settings["limits.cpu"]));
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(
            "advanced-bedrock eu-west-1 eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            await place.Repository.GitAsync("show", "main:a.txt")
        );
    }

    // The template of a phase file, filled in, with the process wrapper that demands an agent.
    private static string SecondPhase() =>
        SeedWorkplace
            .Seed("phases/required-sections.md")
            .Replace(
                "- [ ] **[IMPLEMENTATION - see Tasks below]**",
                string.Join('\n', SeedWorkplace.Seed("phases/required-agents.md").Split('\n')[1..3]),
                StringComparison.Ordinal
            )
            .Replace("Phase N-1", "Phase 1", StringComparison.Ordinal)
            .Replace("phaseN-1.md", "phase1-setup.md", StringComparison.Ordinal)
            .Replace("phase_N-1", "phase_1", StringComparison.Ordinal)
            .Replace("phase_N", "phase_2", StringComparison.Ordinal)
            .Replace("Phase N: Title", "Phase 2: Implementation", StringComparison.Ordinal)
            .Replace(" or N/A", "", StringComparison.Ordinal)
            .Replace("- command: description", "- pytest: all tests pass", StringComparison.Ordinal)
            .Replace("...", "### 1. Core\n- [ ] 1.1: Write `src/core.py`", StringComparison.Ordinal);
}
