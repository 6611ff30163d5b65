using Xunit;

namespace Orchestrator.Cli.Tests;

public class PlanQuestionCommandTests
{
    private const string Meeting = """
        context: {style: Be brief.}
        tasks:
          - {id: one, description: One, files_write: [src/auth.py], verification: pytest, context_keys: [style, money]}
          - {id: two, description: Two, files_write: ["src/*.py"], files_read: [docs/a.md], verification: pytest}
          - {id: three, description: Three, files_write: [docs/a.md], verification: pytest}
        contracts:
          - {name: AuthService, file_path: contracts/auth.ts, methods: ["login(user: str) -> bool"], consumers: [two]}
        """;

    [Fact]
    public async Task Conflicts_TwoOwners_AreNamedWithTheMissingEdge()
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", Meeting);

        var result = await cli.RunAsync("validate", "--view", "conflicts", "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(1, (int)result.Json["count"]!);
        var conflict = result.Json["conflicts"]![0]!;
        Assert.Equal(
            ("file", "src/auth.py", "one", "two"),
            ((string)conflict["kind"]!, (string)conflict["path"]!, (string)conflict["tasks"]![0]!, (string)conflict["tasks"]![1]!)
        );
        Assert.Equal(("two", "one"), ((string)conflict["missingEdge"]!["task"]!, (string)conflict["missingEdge"]!["dependsOn"]!));
        Assert.Equal("docs/a.md", (string)result.Json["warnings"]![0]!["path"]!);
    }

    [Fact]
    public async Task Risk_SensitivePath_NeedsAPerson()
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", Meeting);
        cli.Write(
            ".claude-agents.yaml",
            "risk:\n  sensitive_patterns:\n    - pattern: \"auth|security|crypto\"\n      weight: 20\n    - pattern: \"docs/*\"\n      "
                + "weight: 50\n  auto_approve_threshold: 30\n"
        );

        var usual = await cli.RunAsync("validate", "--view", "risk", "--json");
        var configured = await cli.RunAsync("validate", "--view", "risk", "tasks.yaml", "--config", ".claude-agents.yaml", "--json");

        Assert.Equal(
            (0, 20, "auto-approve", 25),
            (usual.ExitCode, (int)usual.Json["score"]!, (string)usual.Json["level"]!, (int)usual.Json["autoApproveThreshold"]!)
        );
        Assert.Equal("src/auth.py", (string)usual.Json["factors"]![0]!["path"]!);
        Assert.Equal(
            (3, 70, "approval-required", 30),
            (
                configured.ExitCode,
                (int)configured.Json["score"]!,
                (string)configured.Json["level"]!,
                (int)configured.Json["autoApproveThreshold"]!
            )
        );
    }

    [Fact]
    public async Task Risk_BadPattern_IsExitTwo()
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", Meeting);
        cli.Write("c.yaml", "risk:\n  sensitive_patterns:\n    - {pattern: \"(\", weight: 1}\n    - {pattern: \"(?<=x)y\", weight: 1}\n");

        var result = await cli.RunAsync("validate", "--view", "risk", "--config", "c.yaml");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("c.yaml:3", result.People, StringComparison.Ordinal);
        Assert.Contains(
            "c.yaml:4: risk.sensitive_patterns: the pattern '(?<=x)y' can't be used: Lookarounds",
            result.People,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Contracts_OfAPlan_AreSourceCode()
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", Meeting);

        var contract = (await cli.RunAsync("contracts", "--json")).Json["contracts"]![0]!;

        Assert.Equal(
            ("AuthService", "typescript", "contracts/auth.ts", "two"),
            ((string)contract["name"]!, (string)contract["language"]!, (string)contract["filePath"]!, (string)contract["consumers"]![0]!)
        );
        Assert.Contains("login(user: string): boolean;", (string)contract["stub"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contracts_WithoutMethodsWhoseFileExists_AreThatFile()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("contracts/auth.py", "class Auth:\n    def login(self): ...\n");
        cli.Write("contracts/mine.py", "class Mine: pass\n");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: one, description: One, files_write: [one.py]}
            contracts:
              - {name: Auth, file_path: contracts/auth.py, consumers: [one]}
              - {name: Mine, file_path: contracts/mine.py, methods: [a]}
            """
        );

        var result = await cli.RunAsync("contracts", "--json");

        var contracts = result.Json["contracts"]!;
        Assert.Equal((0, cli.Read("contracts/auth.py")), (result.ExitCode, (string)contracts[0]!["stub"]!));
        Assert.Equal(7, ((string)contracts[0]!["version"]!).Length);
        Assert.Contains("def a(self", (string)contracts[1]!["stub"]!, StringComparison.Ordinal);
        Assert.Contains("'contracts/mine.py' already exists", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contracts_NewOne_IsWrittenToItsFile()
    {
        using var cli = new CliFixture();

        var written = await cli.RunAsync("contracts", "MyProtocol", "login", "logout", "-o", "contracts/my.py");
        var shown = await cli.RunAsync("contracts", "TestProtocol", "method1");

        Assert.Equal((0, 0), (written.ExitCode, shown.ExitCode));
        Assert.Contains("def logout(self)", cli.Read("contracts/my.py"), StringComparison.Ordinal);
        Assert.Contains("class TestProtocol(Protocol):", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_ChangedLockFile_NoLongerMatches()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("web/package-lock.json", "{}");
        cli.Write("web/node_modules/x/package.json", "{}");
        var first = await cli.RunAsync("environment", "--json");
        var hash = (string)first.Json["hash"]!;

        var same = await cli.RunAsync("environment", "--verify", hash[..8], "--json");
        cli.Write("web/package-lock.json", "{\"a\":1}");
        var changed = await cli.RunAsync("environment", "--verify", hash, "--json");

        Assert.Equal("web/package-lock.json", (string)Assert.Single(first.Json["files"]!.AsArray())!["path"]!);
        Assert.Null(first.Json["matches"]);
        Assert.Equal((0, true), (same.ExitCode, (bool)same.Json["matches"]!));
        Assert.Equal((1, false), (changed.ExitCode, (bool)changed.Json["matches"]!));
    }

    [Fact]
    public async Task Context_SetText_ReachesThePrompt()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", Meeting);

        Assert.Equal(0, (await cli.RunAsync("context", "set", "money", "Cents only.")).ExitCode);
        Assert.Equal("Cents only.\n", (await cli.RunAsync("context", "get", "mon")).Output);
        Assert.Equal("Cents only.", (string)(await cli.RunAsync("context", "list", "--json")).Json["context"]!["money"]!);
        var prompt = (await cli.RunAsync("prompt", "tasks.yaml", "one")).Output;
        Assert.Contains("## style\n\nBe brief.\n\n## money\n\nCents only.\n", prompt, StringComparison.Ordinal);

        Assert.Equal(prompt, (string)(await cli.RunAsync("prompt", "tasks.yaml", "one", "--json")).Json["prompt"]!);
        Assert.DoesNotContain(
            (await cli.RunAsync("validate", "--json")).Json["warnings"]!.AsArray(),
            w => (string)w!["code"]! == "unknown-context"
        );

        Assert.Equal(0, (await cli.RunAsync("context", "set", "money", "")).ExitCode);
        Assert.Single(
            (await cli.RunAsync("validate", "--json")).Json["warnings"]!.AsArray(),
            w => (string)w!["code"]! == "unknown-context"
        );
        Assert.Equal(2, (await cli.RunAsync("context", "get", "money")).ExitCode);
    }

    [Fact]
    public async Task Context_FileThatCantBeRead_IsExitTwoForPlansToo()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", Meeting);
        cli.Write(".orchestrator/context.json", "[");

        var result = await cli.RunAsync("prompt", "tasks.yaml", "one");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("context.json is not a mapping of names to strings (line 1)", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_RoleWithoutText_IsNamedUnlessTheRepositoryHasOne()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/roles/painter.md", "You paint.");
        cli.Write(
            "tasks.yaml",
            "tasks:\n- {id: a, description: A, files_write: [a], role: backned}\n- {id: b, description: B, files_write: [b], role: "
                + "painter}\n- {id: c, description: C, files_write: [c], role: ../../c}\n"
        );

        var result = await cli.RunAsync("validate", "--json");

        var warnings = result.Json["warnings"]!.AsArray().Select(w => ((string)w!["code"]!, (string)w["field"]!, (int)w["line"]!));
        Assert.Equal([("unknown-role", "tasks[0].role", 2), ("unknown-role", "tasks[2].role", 4)], warnings);
        Assert.Equal("Did you mean 'backend'?", (string)result.Json["warnings"]![0]!["cure"]!);
        Assert.Contains("You paint.", (await cli.RunAsync("prompt", "tasks.yaml", "b")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_MasterPlan_IsReadWithItsPhases()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "docs/master-plan.md",
            "# P\n\n| Phase | Title | Status |\n|---|---|---|\n| 1 | [A](a.md) | Pending |\n| 2 | [B](b.md) | Pending |\n\nPhase 1 --> "
                + "Phase 2\n"
        );
        cli.Write("docs/a.md", "# Phase 1: A\n\n## Gates\n- echo: must pass\n\n## Tasks\n- [ ] 1.1: x\n");
        cli.Write("docs/b.md", "# Phase 2: B\n\n## Gates\n- echo: must pass\n\n## Tasks\n- [ ] 2.1: y\n");

        var result = await cli.RunAsync("validate", "--view", "graph", "docs/master-plan.md", "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(2, result.Json["waves"]!.AsArray().Count);
    }

    [Fact]
    public async Task Validate_ConflictsAndWeakGates_AreNamedAndStrictRefusesThem()
    {
        using var cli = new CliFixture();
        cli.Write(
            "tasks.yaml",
            Meeting.Replace(
                "verification: pytest, context_keys: [style, money]",
                "verification: 'pytest || true'",
                StringComparison.Ordinal
            )
        );

        var result = await cli.RunAsync("validate", "--json");
        var strict = await cli.RunAsync("validate", "--json", "--strict");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["conflict", "unordered-use"], result.Json["warnings"]!.AsArray().Select(w => (string)w!["code"]!));
        Assert.Contains("gate-cannot-fail", result.Json["advice"]!.AsArray().Select(a => (string)a!["code"]!));
        Assert.All(result.Json["warnings"]!.AsArray(), w => Assert.True((int)w!["line"]! > 1));
        Assert.Equal(2, strict.ExitCode);
        Assert.False((bool)strict.Json["valid"]!);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task Validate_Print_IsTheSamePlanInOurFormat(string format)
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", Meeting);

        var printed = await cli.RunAsync("validate", "--print", format);
        cli.Write($"again.{format}", printed.Output);
        var again = await cli.RunAsync("validate", $"again.{format}", "--print", format);

        Assert.Equal((0, 0), (printed.ExitCode, again.ExitCode));
        Assert.Equal(printed.Output, again.Output);
        Assert.Contains("requires_approval", printed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_Schema_IsJson()
    {
        using var cli = new CliFixture();

        Assert.Equal("Task graph", (string)(await cli.RunAsync("validate", "--schema")).Json["title"]!);
    }

    [Fact]
    public async Task Validate_PathThroughALinkOutside_IsRefused()
    {
        using var cli = new CliFixture().WithRepository();
        Directory.CreateSymbolicLink(Path.Combine(cli.Folder, "out"), cli.Home);
        Directory.CreateDirectory(Path.Combine(cli.Folder, "src"));
        Directory.CreateSymbolicLink(Path.Combine(cli.Folder, "inside"), "src");
        cli.Write("tasks.yaml", "tasks:\n- {id: a, description: It must work, files_write: [out/x.py], verification: pytest}\n");
        cli.Write("fine.yaml", "tasks:\n- {id: a, description: It must work, files_write: [inside/x.py], verification: pytest}\n");

        var result = await cli.RunAsync("validate");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("points outside the repository, because 'out' is a link", result.People, StringComparison.Ordinal);
        Assert.Equal(0, (await cli.RunAsync("validate", "fine.yaml")).ExitCode);
    }
}
