using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Commits;

namespace Orchestrator.Gates.Tests;

/// <summary>The words by which a change of tests is noticed, each by itself: a word that nobody tests may go unnoticed.</summary>
public sealed class TestWeakeningTests
{
    [Theory]
    [InlineData("@pytest.mark.skip")]
    [InlineData("pytest.mark.xfail(strict=False)")]
    [InlineData("@unittest.skip('x')")]
    [InlineData("@unittest.expectedFailure")]
    [InlineData("pytest.skip('x')")]
    [InlineData("pytest.xfail('x')")]
    [InlineData("np = pytest.importorskip('numpy')")]
    [InlineData("self.skipTest('x')")]
    [InlineData("raise SkipTest('x')")]
    [InlineData("__test__ = False")]
    [InlineData("it.skip('a')")]
    [InlineData("test.todo('a')")]
    [InlineData("describe.only('a')")]
    [InlineData("context.skip('a')")]
    [InlineData("suite.skip('a')")]
    [InlineData("test.fixme('a')")]
    [InlineData("it.fails('a')")]
    [InlineData("xit('a')")]
    [InlineData("fdescribe('a')")]
    [InlineData("xtest('a')")]
    [InlineData("xcontext('a')")]
    [InlineData("xspecify('a')")]
    [InlineData("[Fact(Skip = \"x\")]")]
    [InlineData("[Theory(Skip = \"x\")]")]
    [InlineData("[TestCase(1, Ignore = \"x\")]")]
    [InlineData("[Test(Ignore=\"x\")]")]
    [InlineData("[Ignore]")]
    [InlineData("[Explicit]")]
    [InlineData("Assert.Skip(\"x\");")]
    [InlineData("Assert.Ignore(\"x\");")]
    [InlineData("Assert.Inconclusive();")]
    [InlineData("@Disabled")]
    [InlineData("@Ignore")]
    [InlineData("t.Skip(\"x\")")]
    [InlineData("#[ignore]")]
    [InlineData("try XCTSkipIf(true)")]
    public void ForPerson_TestSwitchedOff_IsCounted(string line)
    {
        Assert.Equal(["It switches 1 test off."], ForPerson("src/a.rs", $"+  {line}\n"));
        Assert.Equal(["It switches 2 tests off."], ForPerson("src/a.rs", $"+{line}\n+{line}\n"));
        Assert.Empty(ForPerson("src/a.rs", $"-{line}\n+{line}\n"));
    }

    [Theory]
    [InlineData("--ignore=tests/slow")]
    [InlineData("--deselect a")]
    [InlineData("--exclude a")]
    [InlineData("--filter a")]
    [InlineData("--passWithNoTests")]
    [InlineData("--testPathIgnorePatterns a")]
    [InlineData("--testNamePattern a")]
    [InlineData("--grep a")]
    [InlineData("--skip a")]
    [InlineData("testPathIgnorePatterns: ['a']")]
    [InlineData("testNamePattern: 'a'")]
    [InlineData("collect_ignore = ['a']")]
    [InlineData("modulePathIgnorePatterns: ['a']")]
    [InlineData("def pytest_collection_modifyitems(items):")]
    [InlineData("<VSTestTestCaseFilter>a</VSTestTestCaseFilter>")]
    [InlineData("addopts = -q -m fast")]
    [InlineData("addopts = -k fast")]
    public void ForPerson_ConfigurationThatLeavesTestsOut_IsNamedEvenWhereItIsNew(string line)
    {
        Assert.Equal(["It says which tests or failures are left out: pytest.ini:1."], ForPerson("pytest.ini", $"+{line}\n"));
        Assert.Single(ForPerson("pytest.ini", $"new file mode 100644\n@@ -0,0 +1,2 @@\n+{line}\n"));
        Assert.Empty(ForPerson("src/options.py", $"+{line}\n"));
    }

    [Theory]
    [InlineData("pytest || true")]
    [InlineData("pytest || :x")]
    [InlineData("pytest || exit 0")]
    [InlineData("  exit 0")]
    [InlineData("os._exit(0)")]
    [InlineData("sys.exit()")]
    [InlineData("process.exit(0)")]
    [InlineData("norecursedirs = a")]
    [InlineData("testpaths = a")]
    [InlineData("python_files = a.py")]
    [InlineData("python_functions = a")]
    public void ForPerson_RunnerThatEndsWellAllTheSame_IsNamedWhereItWasThereBefore(string line)
    {
        Assert.Equal(["It says which tests or failures are left out: tests/all.sh:1."], ForPerson("tests/all.sh", $"+{line}\n"));
        Assert.Single(ForPerson("pytest.ini", $"+{line}\n"));
        Assert.Empty(ForPerson("tests/all.sh", $"new file mode 100755\n@@ -0,0 +1,2 @@\n+{line}\n"));
        Assert.Empty(ForPerson("src/main.py", $"+{line}\n"));
    }

    [Fact]
    public void ForPerson_ManyPlaces_NamesThree() =>
        Assert.Equal(
            ["It says which tests or failures are left out: conftest.py:1, conftest.py:2, conftest.py:3 and 1 more."],
            ForPerson("conftest.py", string.Concat(Enumerable.Repeat("+collect_ignore = []\n", 4)))
        );

    [Theory]
    [InlineData("tests/test_a.py", "def test_sum():", "test_sum")]
    [InlineData("tests/test_a.py", "    async def test_sum(self):", "test_sum")]
    [InlineData("tests/a.test.ts", "  it('adds', () => {", "adds")]
    [InlineData("tests/a.test.ts", "test.each`adds", null)]
    [InlineData("tests/a.test.ts", "test.each(\"adds\")", "adds")]
    [InlineData("tests/a.test.ts", "specify(`adds`)", "adds")]
    [InlineData("sum_test.go", "func TestSum(t *testing.T) {", "TestSum")]
    [InlineData("sum_test.go", "func FuzzSum(f *testing.F) {", "FuzzSum")]
    [InlineData("sum_test.go", "func ExampleSum() {", "ExampleSum")]
    [InlineData("tests/ATests.cs", "    public async Task Sum_Two_IsFour()", "Sum_Two_IsFour")]
    [InlineData("tests/ATests.cs", "    public void Sum()", "Sum")]
    [InlineData("tests/ATests.cs", "    public ValueTask Sum()", "Sum")]
    [InlineData("tests/ATest.java", "    void sum() {", "sum")]
    [InlineData("tests/ATests.swift", "  func testSum() {", "testSum")]
    [InlineData("tests/a.kt", "  fun testSum() {", "testSum")]
    [InlineData("tests/sum.rs", "  async fn sum() {", "sum")]
    [InlineData("tests/sum.rs", "fn sum() {", "sum")]
    [InlineData("src/sum.rs", "fn sum() {", null)]
    public void ForPerson_TestThatIsGone_IsNamed(string file, string line, string? name)
    {
        Assert.Equal(name is null ? [] : [$"It takes tests away: {name}."], ForPerson(file, $"-{line}\n"));
        Assert.Empty(ForPerson(file, $"-{line}\n+{line}\n"));
        Assert.Empty(ForPerson(file, $"deleted file mode 100644\n@@ -1,2 +0,0 @@\n-{line}\n"));
    }

    [Fact]
    public void ForPerson_TestThatCanNotBeRead_IsNamedUnlessItIsData()
    {
        const string Binary = "Binary files differ: 1 and 2 bytes\n";

        Assert.Equal(["It makes the test 'tests/test_a.py' something that can't be read as text."], ForPerson("tests/test_a.py", Binary));
        Assert.Empty(ForPerson("src/a.py", Binary));
        foreach (var data in (string[])["png", "jpg", "gif", "pdf", "zip", "gz", "bin", "db", "snap"])
        {
            Assert.Empty(ForPerson($"tests/a.{data}", Binary));
        }
    }

    [Theory]
    [InlineData("package-lock.json")]
    [InlineData("tests/notes.md")]
    [InlineData("tests/notes.txt")]
    [InlineData("tests/notes.rst")]
    [InlineData("tests/notes.adoc")]
    public void ForPerson_LockFilesAndProse_AreNoCode(string file)
    {
        Assert.Empty(ForPerson(file, "+it.skip('a')\n-def test_a():\n+pytest || true\n"));
        Assert.Empty(Notes(file, "+312 passed\n-assert a\n"));
    }

    [Theory]
    [InlineData("312 passed")]
    [InlineData("{n} tests passed")]
    [InlineData("%d passing")]
    [InlineData("$n passed")]
    [InlineData("Ran 3 tests in 0.1s")]
    [InlineData("Tests run: 3")]
    [InlineData("test result: ok")]
    [InlineData("--- PASS: TestA")]
    [InlineData("\"Action\":\"pass\"")]
    [InlineData("Passed!  - Failed: 0")]
    [InlineData("OK (3 tests)")]
    [InlineData("# pass 3")]
    [InlineData("<testcase name='a'/>")]
    [InlineData("<testsuite>")]
    [InlineData("<UnitTestResult>")]
    [InlineData("3 examples, 0 failures")]
    public void Notes_WordsOfARunner_AreNamed(string line) =>
        Assert.Equal(
            ["its change has the words by which test runners say how many tests ran: src/a.py:1"],
            Notes("src/a.py", $"+print('{line}')\n")
        );

    [Theory]
    [InlineData("assert a == 2")]
    [InlineData("assertEqual(a, 2)")]
    [InlineData("assert_eq!(a, 2)")]
    [InlineData("expect(a).toBe(2)")]
    [InlineData("Assert.Equal(2, a);")]
    [InlineData("Assertions.assertThat(a)")]
    [InlineData("self.assertEqual(a, 2)")]
    [InlineData("this.assertSame(2, a)")]
    [InlineData("a.should == 2")]
    [InlineData("a.Should().Be(2)")]
    [InlineData("require.Equal(t, 2, a)")]
    [InlineData("t.Errorf(\"x\")")]
    [InlineData("t.Fatal(\"x\")")]
    [InlineData("XCTAssertEqual(a, 2)")]
    [InlineData("EXPECT_EQ(a, 2);")]
    [InlineData("ASSERT_TRUE(a);")]
    public void Notes_AssertionsThatAreGone_AreCounted(string line)
    {
        Assert.Equal(["tests/a.x checks less than before: 1 assertion fewer"], Notes("tests/a.x", $"-  {line}\n"));
        Assert.Equal(
            ["tests/a.x checks less than before: 2 assertions fewer"],
            Notes("tests/a.x", $"-{line}\n-{line}\n-{line}\n+{line}\n")
        );
        Assert.Empty(Notes("tests/a.x", $"-{line}\n+{line}\n"));
        Assert.Empty(Notes("src/a.x", $"-{line}\n"));
    }

    [Theory]
    [InlineData("assert True")]
    [InlineData("assert (1)")]
    [InlineData("assert not False, 'x'")]
    [InlineData("assert 1 == 1")]
    [InlineData("assert!(true);")]
    [InlineData("expect(true).toBe(true)")]
    [InlineData("expect(1).toEqual(1)")]
    [InlineData("expect(true).toStrictEqual(true)")]
    [InlineData("expect(true).toBeTruthy()")]
    [InlineData("Assert.True(true);")]
    [InlineData("Assert.IsTrue(true, \"x\");")]
    [InlineData("Assert.That(true);")]
    [InlineData("self.assertTrue(True)")]
    [InlineData("assert.ok(true)")]
    [InlineData("assert.True(t, true)")]
    public void Notes_AssertionThatAlwaysHolds_IsNamedAndCountsAsNone(string line)
    {
        Assert.Equal(["assertions that always hold: tests/a.x:1"], Notes("tests/a.x", $"+{line}\n"));
        Assert.Equal(
            ["assertions that always hold: tests/a.x:1", "tests/a.x checks less than before: 1 assertion fewer"],
            Notes("tests/a.x", $"-assert f() == 2\n+{line}\n")
        );
    }

    [Theory]
    [InlineData("assert f() == 2", "assert f() == 3")]
    [InlineData("assert f() == 'two'", "assert f() == 'three'")]
    [InlineData("assert f() == \"two\"", "assert f() == \"three\"")]
    [InlineData("assert f() is True", "assert f() is None")]
    public void Notes_SameAssertionWithAnotherValue_IsNamed(string before, string now)
    {
        Assert.Equal(["tests expect other values than before: tests/a.x:1"], Notes("tests/a.x", $"-  {before}\n+  {now}\n"));
        Assert.Empty(Notes("tests/a.x", $"+{now}\n"));
        Assert.Empty(Notes("tests/a.x", $"-{before}\n+  {before}\n"));
        Assert.Empty(Notes("tests/a.x", $"-{before}\n+assert g() == 2\n"));
    }

    [Fact]
    public void Notes_ManyTestFiles_NamesThree()
    {
        var patch = Enumerable.Range(0, 5).Select(i => Patch($"tests/t{i}.x", "-assert a\n")).ToList();

        Assert.Equal(3, TestWeakening.Notes(patch).Count());
    }

    [Fact]
    public void Notes_TestsReplacedByOthers_AreNamedWhereNoneIsMissing()
    {
        Assert.Equal(
            ["tests that are no longer there by their names: test_a"],
            Notes("tests/test_x.py", "-def test_a():\n-def test_b():\n+def test_b():\n+def test_c():\n")
        );
        Assert.Empty(Notes("tests/test_x.py", "-def test_a():\n"));
        Assert.Empty(TestWeakening.Notes(null));
    }

    private static IEnumerable<string> ForPerson(string file, string lines) => TestWeakening.ForPerson([Patch(file, lines)]);

    private static IEnumerable<string> Notes(string file, string lines) => TestWeakening.Notes([Patch(file, lines)]);

    private static PatchFile Patch(string path, string lines) =>
        new(path, $"diff --git a/{path} b/{path}\n{(lines.Contains("@@ ", StringComparison.Ordinal) ? "" : "@@ -1,9 +1,9 @@\n")}{lines}");
}
