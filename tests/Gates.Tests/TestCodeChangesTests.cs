using Orchestrator.Gates.Tampering;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

/// <summary>Changes of tests by name, and the findings that follow from them beside the verdict of the base's own gates.</summary>
public sealed class TestCodeChangesTests
{
    private const string Two = "def test_a():\n    assert f() == 2\n    assert g()\n\ndef test_b():\n    assert f() == 3\n";

    [Fact]
    public void OfWork_TestThatIsGone_NeedsAPersonUnlessAnotherIsThereInItsPlace()
    {
        const string One = "def test_a():\n    assert f() == 2\n    assert g()\n";

        Assert.Equal(["The work removes tests: test_b."], Asked(One, BaseSuiteResult.Green));
        Assert.Empty(Asked(One + "\ndef test_c():\n    assert h()\n", BaseSuiteResult.Green));
        Assert.Equal(
            ["The work removes tests: test_b."],
            Asked(One + "\ndef test_c():\n    assert h()\n", BaseSuiteResult.Red, "tests/test_x.py::test_b")
        );
        Assert.Empty(new TestCodeChanges([File(Two, null), new("tests/test_y.py", null, Two)]).Gone);
        Assert.Equal(["test_a", "test_b"], new TestCodeChanges([File(Two, null)]).Gone);
        Assert.Equal(["tests/test_x.sh"], new TestCodeChanges([new("tests/test_x.sh", "true\n", null)]).Gone);
        Assert.Empty(new TestCodeChanges([new("tests/helper.sh", "true\n", null)]).Gone);
    }

    [Fact]
    public void OfWork_TestThatWasThere_MayNotBeSwitchedOff()
    {
        var off = "@unittest.skip('x')\n" + Two;

        Assert.Equal(["The work disables existing tests: test_a."], Asked(off, BaseSuiteResult.Green));
        Assert.Equal(["The work disables groups of tests: tests/test_x.py."], Asked("pytestmark = pytest.mark.skip\n" + Two));
        Assert.Empty(new TestCodeChanges([File(off, off)]).Skipped);
        Assert.Empty(new TestCodeChanges([File(off, Two)]).Skipped);
    }

    /// <summary>The measured case: of 122 real features 6 were asked about for this alone.</summary>
    [Fact]
    public void OfWork_NewTestThatIsSkippedOnACondition_IsNobodysConcern() =>
        Assert.Empty(Asked(Two + "\n@pytest.mark.skipif(not here, reason='x')\ndef test_c():\n    assert h()\n"));

    [Fact]
    public void OfWork_FewerAssertions_NeedAPersonUnlessTheOldOnesHold()
    {
        var less = Two.Replace("    assert g()\n", "", StringComparison.Ordinal);
        var empty = Two.Replace("assert f() == 3", "assert True", StringComparison.Ordinal);

        Assert.Equal(["The work weakens existing tests: test_a."], Asked(less, BaseSuiteResult.NotComparable));
        Assert.Equal(["The work weakens existing tests: test_b."], Asked(empty, BaseSuiteResult.Red, "test_b"));
        Assert.Empty(Asked(less, BaseSuiteResult.Green));
        Assert.Equal(["tests check less than before: test_a"], Found(less, BaseSuiteResult.Green).Notes);
    }

    /// <summary>Inline snapshots of insta, jest and Verify lie in the source of the test, also in files of the product.</summary>
    [Theory]
    [InlineData("#[test]\nfn lists() {\n    insta::assert_snapshot!(list(), @r#\"\n  (pears: OLD\n  \"#);\n}\n", "src/lib.rs")]
    [InlineData("#[test]\nfn lists() {\n    assert_snapshot!(list(), @\"OLD\");\n}\n", "src/lib.rs")]
    [InlineData("test('lists', () => {\n  expect(list()).toMatchInlineSnapshot(`\n    \"pears)\"\n    # OLD\n  `);\n});\n", "a.test.ts")]
    [InlineData("def test_lists():\n    assert list() == snapshot(\n        \"\"\"OLD\n\"\"\"\n    )\n", "tests/test_x.py")]
    public void Expecting_OtherInlineSnapshot_NamesTheTest(string text, string path)
    {
        var name = path.EndsWith(".py", StringComparison.Ordinal) ? "test_lists" : "lists";
        var now = text.Replace("OLD", "NEW", StringComparison.Ordinal);

        Assert.Equal([name], new TestCodeChanges([new(path, text, now)]).Expecting);
        Assert.Empty(new TestCodeChanges([new(path, text, text + "\n")]).Expecting);
    }

    [Fact]
    public void OfWork_OtherExpectedValue_IsToldAndAsksNobody()
    {
        var other = Two.Replace("== 3", "== 4", StringComparison.Ordinal);
        var found = Found(other, BaseSuiteResult.Red, "tests/test_x.py::test_b");

        Assert.Empty(found.ForPerson);
        Assert.Equal(
            ["the original versions of changed tests fail: tests/test_x.py::test_b", "tests expect different values than before: test_b"],
            found.Notes
        );
    }

    [Fact]
    public void OfWork_UntouchedTestThatFails_NeedsAPerson()
    {
        Assert.Equal(
            ["With the tests and configuration of its base commit, the work fails these tests: tests/test_y.py::test_z."],
            Asked(Two, BaseSuiteResult.Red, "tests/test_y.py::test_z")
        );
        Assert.Equal(["With the tests and configuration of its base commit, the work fails its gates."], Asked(Two, BaseSuiteResult.Red));
    }

    [Fact]
    public void OfWork_FilesThatThePlanLetsChange_AreNobodysConcern()
    {
        var approved = new TestCodeChanges([File(Two, null)], TaskFileOwnership.Of(["tests/**"]));

        Assert.Empty(
            GateTamperingDetector
                .OfWork(Work, Meaning, [], [], approved, new BaseSuiteVerdict(BaseSuiteResult.Red, ["test_a"]), [])
                .ForPerson
        );
    }

    [Fact]
    public void OfWork_TestsThatShowNothingAnyMore_NeedAPerson() =>
        Assert.Equal(
            ["The work replaces failing tests with versions that pass even without its other changes: test_a."],
            GateTamperingDetector
                .OfWork(Work, Meaning, [], [], new TestCodeChanges([File(Two, Two)]), BaseSuiteVerdict.NotRun, [], hollow: ["test_a"])
                .ForPerson
        );

    [Fact]
    public void OfWork_FewerTestsThanItsBaseRan_NeedAPersonUnlessItsTestsSayWhy()
    {
        var fewer = BaseSuiteVerdict.NotRun with { Fewer = [new TestCountDrop("pytest", 5, 3)] };

        Assert.Equal(
            ["The gate 'pytest' ran 3 tests on the work, but 5 on its base commit."],
            AskedOf(new TestCodeChanges([File(Two, Two)]))
        );
        Assert.Equal(["The work removes tests: test_a, test_b."], AskedOf(new TestCodeChanges([File(Two, null)])));
        Assert.Empty(AskedOf(new TestCodeChanges([File(Two, null)], TaskFileOwnership.Of(["tests/**"]))));

        IReadOnlyList<string> AskedOf(TestCodeChanges tests) =>
            GateTamperingDetector.OfWork(Work, Meaning, [], [], tests, fewer, []).ForPerson;
    }

    [Theory]
    [InlineData(BaseSuiteResult.Green, 0)]
    [InlineData(BaseSuiteResult.NotComparable, 1)]
    public void OfWork_TestsThatAreNoTextAnyMore_NeedAPersonUnlessTheOldOnesPass(BaseSuiteResult result, int asked)
    {
        var tests = new TestCodeChanges([new("tests/data.sh", "x", null, IsUnreadable: true)]);

        var found = GateTamperingDetector.OfWork(Work, Meaning, [], [], tests, new BaseSuiteVerdict(result, []), []);

        Assert.Equal(asked, found.ForPerson.Count(said => said == "The work replaces tests with files that are not text: tests/data.sh."));
        Assert.Equal(
            asked == 1,
            found.Notes.Contains("the original tests prove nothing, because they do not build or load with the new work")
        );
    }

    /// <summary>A test in a language of no row, by the name that its runner prints.</summary>
    [Theory]
    [InlineData("tests/test_x.sh", true)]
    [InlineData("test_x", true)]
    [InlineData("test_y", false)]
    public void Touch_FileThatIsOneTest_IsMeantByItsPathOrItsName(string failed, bool isTouched)
    {
        var tests = new TestCodeChanges([new("tests/test_x.sh", "true\n", "false\n"), new("tests/new_test.sh", null, "true\n")]);

        Assert.Equal(isTouched, tests.IsInChangedFile(failed));
        Assert.Equal(isTouched ? ["tests/test_x.sh"] : [], tests.KeptTestNames(failed));
    }

    [Theory]
    [InlineData("calc > test_a")]
    [InlineData("Calc#test_a")]
    [InlineData("com/example/test_a")]
    [InlineData("calc::test_a")]
    [InlineData("test_a (CalcTest)")]
    [InlineData("it does test_a")]
    [InlineData("sub/tests/test_x.py::test_a")]
    [InlineData("test_x.py::test_a")]
    public void Touch_FurtherSpellings_MeanTestsOfTheFile(string failed) =>
        Assert.True(new TestCodeChanges([File(Two, Two), new("tests/test_y.py", Two, Two)]).IsInChangedFile(failed));

    [Theory]
    [InlineData("tests/test_x.py::test_a", true)]
    [InlineData("tests/test_y.py::test_a", false)]
    [InlineData("tests/test_x.py::T::test_a[1-2]", true)]
    [InlineData("test_a (tests.test_x.T.test_a)", true)]
    [InlineData("test_a", true)]
    [InlineData("T › test_a", true)]
    [InlineData("com.example.T.test_a", true)]
    [InlineData("test_ab", false)]
    public void Touch_NamesOfRunners_MeanTestsOfTheFile(string failed, bool isTouched) =>
        Assert.Equal(isTouched, new TestCodeChanges([File(Two, Two)]).IsInChangedFile(failed));

    private static readonly PlanTask Work = new() { Id = "a" };

    private static readonly GateInputFiles Meaning = GateInputFiles
        .OfAsync([], [], [], _ => Task.FromResult<byte[]?>(null), _ => Task.FromResult<byte[]?>(null))
        .Result;

    private static ChangedTestFile File(string? before, string? after) => new("tests/test_x.py", before, after);

    private static IReadOnlyList<string> Asked(string after, BaseSuiteResult result = BaseSuiteResult.Green, params string[] failed) =>
        Found(after, result, failed).ForPerson;

    private static TamperFindings Found(string after, BaseSuiteResult result, params string[] failed) =>
        GateTamperingDetector.OfWork(
            Work,
            Meaning,
            [],
            [],
            new TestCodeChanges([File(Two, after)]),
            new BaseSuiteVerdict(result, failed),
            []
        );
}
