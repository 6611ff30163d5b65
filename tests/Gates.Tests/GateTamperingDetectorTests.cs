using System.Text;
using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Commits;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

public sealed class GateTamperingDetectorTests
{
    private static readonly PlanTask Work = new() { Id = "a", FilesWrite = ["src/**", "tests/**", "check.sh"] };

    /// <summary>A repository with some of everything.</summary>
    private static readonly Dictionary<string, string> Project = new()
    {
        ["Makefile"] = "check: main.o\n\t@./tools/lint.sh\nmain.o: src/main.c\n\tgcc -c src/main.c\n",
        ["src/main.c"] = "",
        ["all.sh"] = "cd \"$(dirname \"$0\")\"\n[ -f local.sh ] && . ./local.sh\nsh \"$DIR/tools/lint.sh\"\n",
        ["tools/lint.sh"] = "true\n",
        ["scripts/check.sh"] = "true\n",
        ["check.sh"] = "true\n",
        ["tests/run.sh"] = "python -m pytest\n",
        ["tests/conftest.py"] = "",
        ["tests/test_a.py"] = "import calc\n",
        ["calc.py"] = "",
        ["app/__init__.py"] = "",
        ["src/index.js"] = "",
        ["src/A.cs"] = "",
        ["tests/A.Tests/ParserTests.cs"] = "",
        ["tests/fixtures/package.json"] = "{}",
        ["package.json"] = """{"scripts":{"test":"node --test"}}""",
        ["pyproject.toml"] = "[project]\nname = 'a'\n",
    };

    [Theory]
    [InlineData("./scripts/check.sh --all", "scripts/check.sh", FileChange.Modified, "scripts/check.sh")]
    [InlineData("sh check.sh", "check.sh", FileChange.Deleted, "check.sh")]
    [InlineData("sh tests/run.sh", "tests/run.sh", FileChange.Modified, "which controls the gate 'sh tests/run.sh'")]
    [InlineData("npm test", "package.json", FileChange.Modified, "package.json")]
    [InlineData("npm test", ".npmrc", FileChange.Added, "It added '.npmrc'")]
    [InlineData("npm test", "node_modules/left-pad/index.js", FileChange.Added, "in place of an installed package")]
    [InlineData("make check", "GNUmakefile", FileChange.Added, "It added 'GNUmakefile'")]
    [InlineData("make check", "tools/lint.sh", FileChange.Modified, "which the gate 'make check' calls")]
    [InlineData("sh all.sh", "tools/lint.sh", FileChange.Modified, "which the gate 'sh all.sh' calls")]
    [InlineData("sh all.sh", "local.sh", FileChange.Added, "which the gate 'sh all.sh' calls")]
    [InlineData("python -m pytest -q", "tests/conftest.py", FileChange.Modified, "conftest.py")]
    [InlineData("python -m pytest -q", "conftest.py", FileChange.Added, "It added 'conftest.py'")]
    [InlineData("python -m pytest -q", "tests/json.py", FileChange.Added, "in place of the Python module 'json'")]
    [InlineData("python -m pytest -q", "tests/calc.py", FileChange.Added, "in place of 'calc.py'")]
    [InlineData("python3 -m unittest", "sitecustomize.py", FileChange.Added, "It added 'sitecustomize.py'")]
    [InlineData("dotnet test", "Directory.Build.props", FileChange.Added, "It added 'Directory.Build.props'")]
    public async Task Changes_WhatDecidesAGate_AreNamed(string command, string path, FileChange change, string said) =>
        Assert.Contains(said, Assert.Single(await ChangesAsync(command, File(path, change))), StringComparison.Ordinal);

    [Theory]
    [InlineData("sh check.sh", "check.sh", FileChange.Modified)] // The plan names it: it was approved with the plan.
    [InlineData("pytest tests/test_a.py", "tests/test_a.py", FileChange.Modified)]
    [InlineData("python tests/test_a.py", "tests/test_a.py", FileChange.Modified)]
    [InlineData("npm test", "src/index.js", FileChange.Modified)]
    [InlineData("cargo test", "Cargo.toml", FileChange.Added)] // The project's first one.
    [InlineData("npm test", "new/package.json", FileChange.Added)] // A package that the work makes.
    [InlineData("make check", "docs/Makefile.md", FileChange.Modified)]
    [InlineData("make check", "conftest.txt", FileChange.Added)]
    [InlineData("make check", "src/main.c", FileChange.Modified)] // Its compiler reads it; it is no script.
    [InlineData("pytest", "app/json.py", FileChange.Added)] // Loaded as app.json.
    [InlineData("npm test", "tests/fixtures/package.json", FileChange.Modified)]
    public async Task Changes_OrdinaryWork_IsNotNamed(string command, string path, FileChange change) =>
        Assert.Empty(await ChangesAsync(command, File(path, change)));

    [Theory]
    [InlineData("npm test", "package.json", """{"scripts":{"test":"node --test","x":"true"},"dependencies":{"left-pad":"1.3.0"}}""", false)]
    [InlineData("npm test", "package.json", """{"scripts":{"test":"true"}}""", true)]
    [InlineData("npm test", "package.json", """{"scripts":{"test":"node --test","pretest":"true"}}""", true)]
    [InlineData("npm test", "package.json", """{"scripts":{"test":"node --test"},"jest":{"testMatch":[]}}""", true)]
    [InlineData("npm test", "package.json", "no document", true)]
    [InlineData("pytest", "pyproject.toml", "[project]\nname = 'a'\ndependencies = ['requests']\n", false)]
    [InlineData("pytest", "pyproject.toml", "[project]\nname = 'a'\n[tool.pytest.ini_options]\naddopts = '-k a'\n", true)]
    [InlineData("pytest", "pyproject.toml", "[project]\nname = 'a'\n[project.entry-points.pytest11]\na = 'a'\n", true)]
    public async Task Changes_Manifest_IsNamedForWhatDecidesGatesAlone(string command, string path, string after, bool isNamed) =>
        Assert.Equal(isNamed ? 1 : 0, (await ChangesAsync(command, File(path, FileChange.Modified), after)).Count);

    [Fact]
    public async Task Changes_DecidingFile_IsShownWithTheDifference() =>
        Assert.Contains(
            "The difference: `-python -m pytest` `+true`.",
            Assert.Single(
                GateTamperingDetector
                    .OfWork(
                        Work,
                        await MeaningAsync("sh tests/run.sh", "", File("tests/run.sh", FileChange.Modified)),
                        [File("tests/run.sh", FileChange.Modified)],
                        [Patch("tests/run.sh", "-python -m pytest\n+true\n")],
                        new TestCodeChanges([]),
                        BaseSuiteVerdict.NotRun,
                        []
                    )
                    .ForPerson
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Changes_WhereGatesOfTheBasePass_AreNobodysConcern()
    {
        var file = File("conftest.py", FileChange.Added);
        var meaning = await MeaningAsync("python -m pytest", "", file);

        Assert.Empty(OfSuite(BaseSuiteResult.Green));
        Assert.Single(OfSuite(BaseSuiteResult.NotComparable));
        Assert.Single(OfSuite(BaseSuiteResult.NotRun));

        IReadOnlyList<string> OfSuite(BaseSuiteResult result) =>
            GateTamperingDetector
                .OfWork(Work, meaning, [file], [], new TestCodeChanges([]), new BaseSuiteVerdict(result, []), [])
                .ForPerson;
    }

    /// <summary>Later work is judged by it as well.</summary>
    [Theory]
    [InlineData("sh tests/run.sh", "tests/run.sh", FileChange.Modified)]
    [InlineData("make check", "tools/lint.sh", FileChange.Modified)]
    [InlineData("make check", "GNUmakefile", FileChange.Added)]
    [InlineData("npm test", "package.json", FileChange.Modified)]
    public async Task Changes_OfAGateItself_NeedAPersonWhereGatesOfTheBasePass(string command, string path, FileChange change)
    {
        var file = File(path, change);
        var suite = new BaseSuiteVerdict(BaseSuiteResult.Green, []);

        Assert.Single(
            GateTamperingDetector
                .OfWork(Work, await MeaningAsync(command, "{}", file), [file], [], new TestCodeChanges([]), suite, [])
                .ForPerson
        );
    }

    [Theory]
    [InlineData("test:\n\t@true\n", "test:\n\t@true\n\nrelease: test\n\techo 1\n", 0)]
    [InlineData(".PHONY: test\ntest:\n\t@true\n", ".PHONY: test release\ntest:\n\t@true\nrelease:\n\techo 1\n", 0)]
    [InlineData("test:\n\t@true\nall: test\n", "test:\n\t@true\n\n# Sends it.\n.PHONY: release\nrelease:\n\techo 1\nall: test\n", 0)]
    [InlineData("test:\n\t@true\n", "test:\n\t@true\n\techo 1\n", 1)]
    [InlineData("test: a\n\t@true\n", "test: a\n\t@true\na:\n\techo 1\n", 1)]
    [InlineData("test:\n\t@true\n", "release:\n\techo 1\ntest:\n\t@true\n", 1)]
    [InlineData("test:\n\t@true\n", "test:\nrelease:\n\t@true\n", 1)]
    [InlineData("test:\n\t@true\n", "test:\n\t@true\nSHELL := /bin/true\n", 1)]
    [InlineData("test:\n\t@true\n", "test:\n\t@true\nrelease: $(shell rm x)\n", 1)]
    [InlineData("test:\n\t@true\n", "test:\n\t@true\nrelease: SHELL = x\n", 1)]
    [InlineData("test:\n\t@true\n", "test:\n\t@true\nMakefile:\n\techo 1\n", 1)]
    [InlineData("test:\n\t@true\n", "test:\n\t@true\n-include x.mk\n", 1)]
    [InlineData(".PHONY: test\ntest:\n\t@true\n", ".PHONY: release\ntest:\n\t@true\n", 1)]
    [InlineData("test:\n\t@true\nother:\n", "test:\n\t@true\n", 1)]
    public async Task Changes_OfAMakefile_NeedAPersonUnlessNothingCallsThem(string before, string after, int asked)
    {
        var file = File("Makefile", FileChange.Modified);

        var meaning = await GateInputFiles.OfAsync([new Gate("make test")], ["Makefile"], [file], Text(before), Text(after));

        Assert.Equal(
            asked,
            GateTamperingDetector.OfWork(Work, meaning, [file], [], new TestCodeChanges([]), BaseSuiteVerdict.NotRun, []).ForPerson.Count
        );

        static Func<string, Task<byte[]?>> Text(string text) => _ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(text));
    }

    private static async Task<IReadOnlyList<string>> ChangesAsync(
        string command,
        ChangedFile file,
        string after = "",
        params ChangedFile[] more
    ) =>
        GateTamperingDetector
            .OfWork(
                Work,
                await MeaningAsync(command, after, [file, .. more]),
                [file, .. more],
                [],
                new TestCodeChanges([]),
                BaseSuiteVerdict.NotRun,
                []
            )
            .ForPerson;

    private static Task<GateInputFiles> MeaningAsync(string command, string after, params ChangedFile[] changed) =>
        GateInputFiles.OfAsync(
            [new Gate(command)],
            Project.Keys,
            changed,
            path => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(Project[path])),
            _ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(after))
        );

    private static FileDiff Patch(string path, string lines) => new(path, $"diff --git a/{path} b/{path}\n@@ -1,9 +1,9 @@\n{lines}");

    private static ChangedFile File(string path, FileChange change) =>
        new(path, change, "100644", "100644", new string('1', 40), new string('1', 40));
}
