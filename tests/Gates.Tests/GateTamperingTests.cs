using System.Text;
using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Commits;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

public sealed class GateTamperingTests
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
    [InlineData("sh tests/run.sh", "tests/run.sh", FileChange.Modified, "which decides what the gate 'sh tests/run.sh' does")]
    [InlineData("npm test", "package.json", FileChange.Modified, "package.json")]
    [InlineData("npm test", ".npmrc", FileChange.Added, "It added '.npmrc'")]
    [InlineData("npm test", "node_modules/left-pad/index.js", FileChange.Added, "in place of an installed package")]
    [InlineData("make check", "GNUmakefile", FileChange.Added, "It added 'GNUmakefile'")]
    [InlineData("make check", "tools/lint.sh", FileChange.Modified, "which the gate 'make check' calls")]
    [InlineData("sh all.sh", "tools/lint.sh", FileChange.Modified, "which the gate 'sh all.sh' calls")]
    [InlineData("sh all.sh", "local.sh", FileChange.Added, "which the gate 'sh all.sh' calls")]
    [InlineData("python -m pytest -q", "tests/conftest.py", FileChange.Modified, "conftest.py")]
    [InlineData("python -m pytest -q", "conftest.py", FileChange.Added, "It added 'conftest.py'")]
    [InlineData("python -m pytest -q", "tests/json.py", FileChange.Added, "in place of Python's module 'json'")]
    [InlineData("python -m pytest -q", "tests/calc.py", FileChange.Added, "in place of 'calc.py'")]
    [InlineData("python3 -m unittest", "sitecustomize.py", FileChange.Added, "It added 'sitecustomize.py'")]
    [InlineData("dotnet test", "Directory.Build.props", FileChange.Added, "It added 'Directory.Build.props'")]
    [InlineData("pytest tests", "tests/test_a.py", FileChange.Deleted, "deleted the test")]
    [InlineData("dotnet test", "tests/A.Tests/ParserTests.cs", FileChange.Deleted, "deleted the test")]
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
                GateTampering
                    .OfWork(
                        Work,
                        await MeaningAsync("sh tests/run.sh", "", File("tests/run.sh", FileChange.Modified)),
                        [File("tests/run.sh", FileChange.Modified)],
                        [Patch("tests/run.sh", "-python -m pytest\n+true\n")],
                        []
                    )
                    .ForPerson
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Changes_TestMoved_IsNotNamed() =>
        Assert.Empty(
            await ChangesAsync("pytest", File("tests/test_a.py", FileChange.Deleted), "", File("tests/test_b.py", FileChange.Added))
        );

    [Theory]
    [InlineData("+    @pytest.mark.skip(reason='later')\n", 1)]
    [InlineData("+  it.skip('works', () => {\n+    [Fact(Skip = \"x\")]\n", 2)]
    [InlineData("-  xit('works')\n+  it('works')\n", 0)]
    [InlineData("-  xit('works')\n+  xit('works better')\n", 0)]
    public async Task Changes_TestsSwitchedOff_AreCounted(string patch, int count) =>
        Assert.Equal(
            count,
            GateTampering
                .OfWork(
                    Work,
                    await MeaningAsync("true", ""),
                    [File("tests/a.spec.js", FileChange.Modified)],
                    [Patch("tests/a.spec.js", patch)],
                    []
                )
                .ForPerson.Count(c => c.Contains($"switches {count} ", StringComparison.Ordinal)) * count
        );

    [Theory]
    [InlineData("tests/test_a.py", "-def test_fails():\n-    assert f() == 2\n", "takes tests away: test_fails")]
    [InlineData("tests/a.test.js", "-test('fails', () => {\n+// test('fails', () => {\n", "takes tests away: fails")]
    [InlineData("tests/ATests.cs", "-    public async Task Parse_Bad_Fails()\n", "takes tests away: Parse_Bad_Fails")]
    [InlineData("tests/test_a.py", "+pytestmark = pytest.mark.skip\n", "switches 1 test off")]
    [InlineData("tests/ATests.cs", "+    [Fact(DisplayName = \"x\", Skip = \"later\")]\n", "switches 1 test off")]
    [InlineData("tests/a.test.js", "+  it.only('works', () => {\n", "switches 1 test off")]
    [InlineData(
        "package.json",
        "-    \"test\": \"node --test\",\n+    \"test\": \"node --test tests/good.test.js\",\n",
        "left out: package.json:1"
    )]
    [InlineData("conftest.py", "+collect_ignore = ['test_a.py']\n", "left out: conftest.py:1")]
    [InlineData("pytest.ini", "+addopts = -q -k good\n", "left out: pytest.ini:1")]
    [InlineData("tests/all.sh", "+pytest || true\n", "left out: tests/all.sh:1")]
    public void ForPerson_TestsThatSayLess_AreNamed(string file, string patch, string said) =>
        Assert.Contains(said, Assert.Single(TestWeakening.ForPerson([Patch(file, patch)])));

    [Theory]
    [InlineData("tests/test_a.py", "-def test_a():\n+def test_b():\n", "no longer there by their names: test_a")]
    [InlineData("tests/test_a.py", "+print('==== 312 passed in 1.20s ====')\n", "tests/test_a.py:1")]
    [InlineData("conftest.py", "+    print(f'{n} passed in 1.2s')\n", "conftest.py:1")]
    [InlineData("junit.xml", "+<testcase name='a'/>\n", "junit.xml:1")]
    public void Notes_WordsOfRunnersAndTestsReplaced_AreNamed(string file, string patch, string said)
    {
        Assert.Contains(said, Assert.Single(TestWeakening.Notes([Patch(file, patch)])));
        Assert.Empty(TestWeakening.ForPerson([Patch(file, patch)]));
    }

    [Theory]
    [InlineData("tests/test_a.py", "-def test_a():\n+def test_a(tmp_path):\n+def test_b():\n")]
    [InlineData("README.md", "+It prints '312 passed in 1.20s'. it.skip('a') switches a test off.\n")]
    [InlineData("src/parser.py", "+    raise ValueError('no tests in this part')\n+    it = items.pop()\n")]
    [InlineData("package.json", "+    \"left-pad\": \"1.3.0\",\n+    \"test:unit\": \"node --test unit\",\n")]
    [InlineData("pyproject.toml", "new file mode 100644\n@@ -0,0 +1,2 @@\n+testpaths = ['tests']\n")]
    [InlineData("scripts/deploy.sh", "+exit 0\n")]
    [InlineData("tests/ATests.cs", "-    private static void Write(string file)\n")]
    public void Signs_OrdinaryWork_AreNone(string file, string patch)
    {
        Assert.Empty(TestWeakening.Notes([Patch(file, patch)]));
        Assert.Empty(TestWeakening.ForPerson([Patch(file, patch)]));
    }

    [Fact]
    public void ForPerson_TooLarge_SaysSo() => Assert.Contains("too large", Assert.Single(TestWeakening.ForPerson(null)));

    private static async Task<IReadOnlyList<string>> ChangesAsync(
        string command,
        ChangedFile file,
        string after = "",
        params ChangedFile[] more
    ) => GateTampering.OfWork(Work, await MeaningAsync(command, after, [file, .. more]), [file, .. more], [], []).ForPerson;

    private static Task<GateMeaning> MeaningAsync(string command, string after, params ChangedFile[] changed) =>
        GateMeaning.OfAsync(
            [new Gate(command)],
            Project.Keys,
            changed,
            path => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(Project[path])),
            _ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(after))
        );

    private static PatchFile Patch(string path, string lines) => new(path, $"diff --git a/{path} b/{path}\n@@ -1,9 +1,9 @@\n{lines}");

    private static ChangedFile File(string path, FileChange change) =>
        new(path, change, "100644", "100644", new string('1', 40), new string('1', 40));
}
