using Orchestrator.Git.Commits;
using Orchestrator.Plans;
using Orchestrator.Runs.Gates;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class GateTamperCheckTests
{
    private static readonly PlanTask Work = new() { Id = "a", FilesWrite = ["src/**", "tests/**", "check.sh"] };

    [Theory]
    [InlineData("./scripts/check.sh --all", "scripts/check.sh", FileChange.Modified, "scripts/check.sh")]
    [InlineData("sh check.sh", "check.sh", FileChange.Deleted, "check.sh")]
    [InlineData("npm test", "package.json", FileChange.Modified, "package.json")]
    [InlineData("python -m pytest -q", "tests/conftest.py", FileChange.Modified, "conftest.py")]
    [InlineData("pytest tests", "tests/test_a.py", FileChange.Deleted, "deleted the test")]
    [InlineData("dotnet test", "tests/A.Tests/ParserTests.cs", FileChange.Deleted, "deleted the test")]
    public void Changes_WhatDecidesAGate_AreNamed(string command, string path, FileChange change, string said) =>
        Assert.Contains(
            said,
            Assert.Single(GateTamperCheck.Changes(Work, [new Gate(command)], [File(path, change)], [])),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("sh check.sh", "check.sh", FileChange.Modified)] // The plan names it: it was approved with the plan.
    [InlineData("pytest tests/test_a.py", "tests/test_a.py", FileChange.Modified)]
    [InlineData("npm test", "src/index.js", FileChange.Modified)]
    [InlineData("npm test", "package.json", FileChange.Added)]
    [InlineData("make check", "docs/Makefile.md", FileChange.Modified)]
    public void Changes_OrdinaryWork_IsNotNamed(string command, string path, FileChange change) =>
        Assert.Empty(GateTamperCheck.Changes(Work, [new Gate(command)], [File(path, change)], []));

    [Fact]
    public void Changes_TestMoved_IsNotNamed() =>
        Assert.Empty(
            GateTamperCheck.Changes(
                Work,
                [new Gate("pytest")],
                [File("tests/test_a.py", FileChange.Deleted), File("tests/test_b.py", FileChange.Added)],
                []
            )
        );

    [Theory]
    [InlineData("+    @pytest.mark.skip(reason='later')\n", 1)]
    [InlineData("+  it.skip('works', () => {\n+    [Fact(Skip = \"x\")]\n", 2)]
    [InlineData("-  xit('works')\n+  it('works')\n", 0)]
    [InlineData("-  xit('works')\n+  xit('works better')\n", 0)]
    public void Changes_TestsSwitchedOff_AreCounted(string patch, int count) =>
        Assert.Equal(
            count,
            GateTamperCheck
                .Changes(Work, [], [File("tests/a.spec.js", FileChange.Modified)], [Patch("tests/a.spec.js", patch)])
                .Count(c => c.Contains($"switches {count} ", StringComparison.Ordinal)) * count
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
        Assert.Contains(said, Assert.Single(TestSigns.ForPerson([Patch(file, patch)])));

    [Theory]
    [InlineData("tests/test_a.py", "-def test_a():\n+def test_b():\n", "no longer there by their names: test_a")]
    [InlineData("tests/test_a.py", "+print('==== 312 passed in 1.20s ====')\n", "tests/test_a.py:1")]
    [InlineData("conftest.py", "+    print(f'{n} passed in 1.2s')\n", "conftest.py:1")]
    [InlineData("junit.xml", "+<testcase name='a'/>\n", "junit.xml:1")]
    public void Notes_WordsOfRunnersAndTestsReplaced_AreNamed(string file, string patch, string said)
    {
        Assert.Contains(said, Assert.Single(TestSigns.Notes([Patch(file, patch)])));
        Assert.Empty(TestSigns.ForPerson([Patch(file, patch)]));
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
        Assert.Empty(TestSigns.Notes([Patch(file, patch)]));
        Assert.Empty(TestSigns.ForPerson([Patch(file, patch)]));
    }

    [Fact]
    public void ForPerson_TooLarge_SaysSo() => Assert.Contains("too large", Assert.Single(TestSigns.ForPerson(null)));

    private static PatchFile Patch(string path, string lines) => new(path, $"diff --git a/{path} b/{path}\n@@ -1,9 +1,9 @@\n{lines}");

    private static ChangedFile File(string path, FileChange change) =>
        new(path, change, "100644", "100644", new string('1', 40), new string('1', 40));
}
