using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class RiskScoreTests
{
    private static readonly Gate Test = new("pytest", GateType.Test);

    [Fact]
    public void Of_SeedExample_IsScoredAsSpecified()
    {
        // src/services/auth.py and tests/test_auth.py and src/routes/auth.py: 20 each; every task has a test.
        var score = RiskScore.Of(
            Plan(Tested("a", "src/services/auth.py", "tests/test_auth.py"), Tested("b", "src/routes/auth.py")),
            new RiskScoreOptions()
        );

        Assert.Equal(60, score.Score);
        Assert.Equal(RiskLevel.ApprovalRequired, score.Level);
        Assert.All(score.Factors, f => Assert.Equal(("sensitive-path", "auth|security|crypto"), (f.Kind, f.Pattern)));
    }

    [Theory]
    [InlineData("src/Auth/x.py", 20)]
    [InlineData("billing.py", 25)]
    [InlineData("auth/billing.py", 20)]
    [InlineData("src/product.py", 30)]
    [InlineData("admin.py", 15)]
    [InlineData(".env", 25)]
    [InlineData("migrations/1.sql", 15)]
    [InlineData("src/x.py", 0)]
    public void Of_OnePath_CountsTheFirstPatternThatMatches(string path, int expected) =>
        Assert.Equal(expected, RiskScore.Of(Plan(Tested("a", path)), new RiskScoreOptions()).Score);

    [Theory]
    [InlineData("src/product.py", 0)]
    [InlineData("src/prod/x.py", 30)]
    [InlineData("prod", 30)]
    [InlineData("src/my-prod.py", 30)]
    public void Of_WordBoundaries_DoNotMatchInsideWords(string path, int expected) =>
        Assert.Equal(expected, RiskScore.Of(Plan(Tested("a", path)), new RiskScoreOptions { WordBoundaries = true }).Score);

    [Fact]
    public void Of_LargePlan_CountsWhatIsOverEachLimit()
    {
        Plan plan = new()
        {
            Tasks =
            [
                .. Enumerable
                    .Range(0, 7)
                    .Select(i =>
                        Tested($"t{i}", $"a{i}.py", $"b{i}.py", "shared.py") with
                        {
                            PatchIntents = i == 0 ? [new("a"), new("b"), new("c"), new("d")] : [],
                            DepsRequired = new TaskPackageRequirements { Runtime = ["pandas", $"lib{i % 2}"], Dev = ["pytest"] },
                        }
                    ),
            ],
            Contracts = [.. Enumerable.Range(0, 5).Select(i => new InterfaceContractDefinition { Name = $"C{i}" })],
        };

        var score = RiskScore.Of(plan, new RiskScoreOptions());

        Assert.Equal(
            ["tasks 10 7", "files 15 15", "patch-intents 5 4", "dependencies 9 3", "contracts 10 5"],
            score.Factors.Select(f => $"{f.Kind} {f.Points} {f.Count}")
        );
    }

    [Fact]
    public void Of_EveryRule_SaysItsPointsAndWhy()
    {
        Plan plan = new()
        {
            Tasks =
            [
                new PlanTask
                {
                    Id = "a",
                    FilesWrite = ["src/auth.py", .. Enumerable.Range(0, 10).Select(i => $"f{i}.py")],
                    PatchIntents = [new("a"), new("b"), new("c"), new("d")],
                    DepsRequired = new TaskPackageRequirements { Runtime = ["pandas"] },
                },
                new PlanTask { Id = "of-everything" },
                .. Enumerable.Range(0, 4).Select(i => new PlanTask { Id = $"t{i}", FilesWrite = [] }),
            ],
            Contracts = [.. Enumerable.Range(0, 4).Select(i => new InterfaceContractDefinition { Name = $"C{i}" })],
        };

        Assert.Equal(
            [
                "sensitive-path 20: Task 'a' writes 'src/auth.py', which matches 'auth|security|crypto'.",
                "tasks 5: 6 tasks, 1 over 5.",
                "files 3: 11 written files, 1 over 10.",
                "patch-intents 5: 4 patch intents, 1 over 3.",
                "dependencies 3: 1 new runtime dependencies.",
                "contracts 5: 4 contracts, 1 over 3.",
                "tests 20: No gate tests 6 of 6 tasks.",
            ],
            RiskScore.Of(plan, new RiskScoreOptions()).Factors.Select(f => $"{f.Kind} {f.Points}: {f.Message}")
        );
    }

    [Fact]
    public void YesAnswers_SeveralSmallFactors_CountTogether() =>
        Assert.False(
            RiskScore
                .Of(Plan(Tested("a", "secret1"), Tested("b", "secret2")), new RiskScoreOptions { SensitivePatterns = [new("secret", 30)] })
                .YesAnswers
        );

    [Theory]
    [InlineData(3, 1, 6)]
    [InlineData(3, 2, 13)]
    [InlineData(1, 1, 20)]
    [InlineData(4, 0, 0)]
    public void Of_TasksWithoutTest_AreRoundedDown(int tasks, int untested, int expected) =>
        Assert.Equal(
            expected,
            RiskScore
                .Of(
                    Plan([
                        .. Enumerable
                            .Range(0, tasks)
                            .Select(i => i < untested ? new PlanTask { Id = $"t{i}", FilesWrite = [] } : Tested($"t{i}")),
                    ]),
                    new RiskScoreOptions()
                )
                .Score
        );

    [Theory]
    [InlineData("src/a.py", "python3 -m unittest", 0)]
    [InlineData("src/a.py", "npm test", 20)]
    [InlineData("src/a.py", "npm test && pytest", 0)]
    [InlineData("src/a.py", "make test", 0)]
    [InlineData("notes/a.md", "npm test", 0)]
    [InlineData("src/**", "npm test", 0)]
    public void Of_SuiteOfAnotherLanguage_TestsNothingOfATask(string path, string command, int expected)
    {
        var task = new PlanTask
        {
            Id = "a",
            FilesWrite = [path],
            Verification = [new Gate(command, GateType.Test)],
        };

        Assert.Equal(expected, RiskScore.Of(Plan([task]), new RiskScoreOptions()).Score);
    }

    [Theory]
    [InlineData("node test/list.js", false, 0)]
    [InlineData("./test/list.sh", false, 0)]
    [InlineData("python3 -m unittest", false, 20)]
    [InlineData("cp test/list.js lib/list.js", false, 20)]
    [InlineData("grep -q list lib/list.js", false, 20)]
    [InlineData("", true, 0)]
    [InlineData("", false, 20)]
    public void Of_Task_IsTestedWhereAGateThatDecidesAboutItRunsTests(string command, bool projectTests, int expected)
    {
        var task = new PlanTask
        {
            Id = "list",
            FilesWrite = ["lib/list.js", "test/list.js"],
            Verification = command.Length > 0 ? [GateDefinitionGrammar.Of(command)] : [],
        };
        var project = new ProjectGates { Found = projectTests ? [GateDefinitionGrammar.Of("npm run test")] : [] };

        Assert.Equal(expected, RiskScore.Of(Plan([task]), new RiskScoreOptions(), project).Score);
    }

    [Theory]
    [InlineData(25, RiskLevel.AutoApprove)]
    [InlineData(26, RiskLevel.ReviewRecommended)]
    [InlineData(50, RiskLevel.ReviewRecommended)]
    [InlineData(51, RiskLevel.ApprovalRequired)]
    public void Level_AtTheThresholds_IncludesThem(int weight, RiskLevel expected) =>
        Assert.Equal(expected, RiskScore.Of(Plan(Tested("a", "x")), new RiskScoreOptions { SensitivePatterns = [new("x", weight)] }).Level);

    [Theory]
    [InlineData(0, 100, true)]
    [InlineData(50, 100, true)]
    [InlineData(51, 100, false)]
    [InlineData(51, 1, false)]
    public void YesAnswers_SizeAlone_NeedsNoOther(int weight, int tasks, bool expected)
    {
        var plan = Plan([.. Enumerable.Range(0, tasks).Select(i => Tested($"t{i}", i == 0 ? "secret" : $"a{i}"))]);

        var score = RiskScore.Of(plan, new RiskScoreOptions { SensitivePatterns = [new("secret", weight)] });

        Assert.Equal(tasks > 1 || weight > 50, score.Level == RiskLevel.ApprovalRequired);
        Assert.Equal(expected, score.YesAnswers);
    }

    [Fact]
    public void PatternFaults_BadPatterns_AreAllNamed()
    {
        var options = new RiskScoreOptions
        {
            SensitivePatterns =
            [
                new("fine", 1),
                new("(unclosed", 1),
                new("(?=ahead)", 1),
                new(@"(a)\1", 1),
                new("internal/proprietary/*", 50),
            ],
        };

        var faults = RiskScore.PatternFaults(options);

        Assert.Equal(["(unclosed", "(?=ahead)", @"(a)\1"], faults.Select(f => f.Pattern.Pattern));
        Assert.Contains("matching is linear-time", faults[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_PatternThatWouldBacktrack_EndsAtOnce()
    {
        var options = new RiskScoreOptions { SensitivePatterns = [new("(a+)+$", 1)] };

        Assert.Equal(0, RiskScore.Of(Plan(Tested("a", new string('a', 4000) + "!")), options).Score);
    }

    [Fact]
    public void Of_PlanThatGrows_IsNeverLess()
    {
        string[] paths = ["src/auth.py", "src/a.py", "prod/x", "docs/b.md", ".env"];
        var tasks =
            from writes in Gen.ArrayOf(Gen.Elements(paths), 3)
            from tested in Gen.Elements(true, false)
            select new PlanTask
            {
                Id = "t",
                FilesWrite = writes,
                Verification = tested ? [Test] : [],
            };

        Prop.ForAll(
                Gen.ListOf(tasks).Two().ToArbitrary(),
                pair =>
                {
                    // More untested tasks, more paths: never fewer points.
                    Plan less = new() { Tasks = [.. pair.Item1] };
                    Plan more = new() { Tasks = [.. pair.Item1, .. pair.Item2.Select(t => t with { Verification = [] })] };
                    return RiskScore.Of(less, new RiskScoreOptions()).Score <= RiskScore.Of(more, new RiskScoreOptions()).Score;
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void ProtectedPaths_TaskThatOwnsOne_IsNamed()
    {
        var plan = Plan(Tested("a", ".github/workflows/ci.yml"), Tested("b", "src/**"), new PlanTask { Id = "c" }, Tested("d", "**"));

        Assert.Equal(
            ["a .github/workflows/**", "d .github/workflows/**"],
            ProtectedPath.Of(plan, [".github/workflows/**", ".gitattributes"]).Select(p => $"{p.TaskId} {p.Glob}")
        );
    }

    [Theory]
    [InlineData(".gitlab-ci.yml", false)]
    [InlineData("services/api/.gitlab-ci.yml", false)]
    [InlineData(".circleci/config.yml", false)]
    [InlineData("deploy/Jenkinsfile", false)]
    [InlineData(".github/workflows/ci.yml", false)]
    [InlineData(".pre-commit-config.yaml", false)]
    [InlineData("web/.husky/pre-commit", false)]
    [InlineData(".claude/settings.json", false)]
    [InlineData(".envrc", true)]
    [InlineData(".vscode/tasks.json", true)]
    [InlineData(".devcontainer/devcontainer.json", true)]
    [InlineData("docs/CODEOWNERS", true)]
    [InlineData("CLAUDE.md", true)]
    [InlineData("src/AGENTS.md", true)]
    [InlineData(".gemini/settings.json", true)]
    [InlineData("src/.gitattributes", true)]
    [InlineData("src/.mcp.json", true)]
    [InlineData(".claude/agents/reviewer.md", true)]
    public void ProtectedPaths_BuiltInTable_ForbidsAtAnyDepthUnlessNamed(string path, bool isNamedEnough)
    {
        var named = Tested("a", path);

        Assert.NotNull(ProtectedPath.Covering(new PlanTask { Id = "a", Description = "A" }, path, ApprovalRequiredGlobTable.Globs));
        Assert.NotNull(ProtectedPath.Covering(Tested("a", "*/**"), "deep/" + path, ApprovalRequiredGlobTable.Globs));
        Assert.Null(ProtectedPath.Covering(named, path, ApprovalRequiredGlobTable.Globs));
        Assert.Equal(isNamedEnough, ProtectedPath.Of(Plan(named), ApprovalRequiredGlobTable.Globs).Count == 0);
        Assert.Empty(ProtectedPath.Of(Plan(Tested("a", "src/**")), ApprovalRequiredGlobTable.Globs));
    }

    [Fact]
    public void ProtectedPaths_TaskThatDoesNotSayWhatItWrites_IsJudgedByWhatItHasChanged()
    {
        string[] globs = [".gitattributes", ".github/**"];
        PlanTask silent = new() { Id = "a", FilesAppend = [".gitattributes"] };

        Assert.Empty(ProtectedPath.Of(Plan(silent), globs));
        Assert.Equal(".github/**", ProtectedPath.Covering(silent, ".github/ci.yml", globs));
        Assert.Null(ProtectedPath.Covering(silent, "src/x.py", globs));
        Assert.Null(ProtectedPath.Covering(silent with { FilesWrite = [".github/ci.yml"] }, ".github/ci.yml", globs));
        Assert.Equal(".github/**", ProtectedPath.Overlapping(".github", globs));
        Assert.Null(ProtectedPath.Overlapping("src", globs));
    }

    private static PlanTask Tested(string id, params string[] writes) =>
        new()
        {
            Id = id,
            FilesWrite = writes,
            Verification = [Test],
        };

    private static Plan Plan(params PlanTask[] tasks) => new() { Tasks = tasks };
}
