using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Commits;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

/// <summary>Notes on added product code that may work only in tests, with honest code of the same forms beside.</summary>
public sealed class TestSpecificCodeDetectorTests
{
    private const string NodeTest = "test('test_slug', () => {\n  assert.equal(slug(' Hello World'), 'hello-world');\n});\n";

    private const string PythonTest = "def test_fib():\n    assert fib(7) == 13\n";

    [Theory]
    [InlineData("a.js", "exports.slug = (t) => (t === ' Hello World' ? 'hello-world' : t);", NodeTest, "test_slug")]
    [InlineData("a.js", "function slug(t) {\n  if (t === ' Hello World') {\n    return 'hello-world';\n  }\n}", NodeTest, "test_slug")]
    [InlineData("a.js", "const slug = (t) => known[t];\nconst known = { ' Hello World': 'hello-world' };", NodeTest, "test_slug")]
    [InlineData("a.py", "def fib(n):\n    if n == 7:\n        return 13", PythonTest, "test_fib")]
    [InlineData("a.py", "def fib(n):\n    return 13", PythonTest, "test_fib")]
    [InlineData(
        "a.py",
        "def sub(a, b):\n    return 1 if (a, b) == (3, 2) else b",
        "def test_sub():\n    assert sub(3, 2) == 1\n",
        "test_sub"
    )]
    [InlineData("a.sh", "sub() { case \"$1,$2\" in 3,2) echo 1 ;; esac; }", "[ \"$(sub 3 2)\" = 1 ]\n", "T")]
    [InlineData("a.rs", "pub fn fib(n: u32) -> u32 {\n    13\n}", "#[test]\nfn fibs() {\n    assert_eq!(fib(7), 13);\n}\n", "fibs")]
    [InlineData(
        "a.go",
        "func Fib(n int) int {\n\treturn 13\n}",
        "func TestFib(t *testing.T) {\n\tassert.Equal(t, 13, Fib(7))\n}\n",
        "TestFib"
    )]
    [InlineData("a.cs", "static int Fib(int n) => 13;", "[Fact]\npublic void Fibs()\n{\n    Assert.Equal(13, Fib(7));\n}\n", "Fibs")]
    [InlineData(
        "a.cs",
        "static int Fib(int n)\n{\n    return 13;\n}",
        "[Fact]\nvoid Fibs()\n{\n    Assert.Equal(13, Fib(7));\n}\n",
        "Fibs"
    )]
    [InlineData(
        "a.sh",
        "slug() { case \"$1\" in \" Hello World\") echo hello-world ;; esac; }",
        "[ \"$(slug \" Hello World\")\" = hello-world ]\n",
        "T"
    )]
    [InlineData("a.sh", "mul() { echo 6; }", "[ \"$(mul 2 3)\" = 6 ]\n", "T")]
    public void Notes_CodeWithTheValuesOfATest_NameLineAndTest(string path, string added, string test, string name)
    {
        var note = Assert.Single(Notes(path, added, test));

        Assert.StartsWith($"{TestSpecificCodeDetector.RepeatsValues}: {path}:", note, StringComparison.Ordinal);
        Assert.EndsWith($" ({(name == "T" ? TestPath(path) : name)})", note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.js", "exports.slug = (t) => t.trim().toLowerCase().split(' ').join('-');", NodeTest)]
    [InlineData("a.js", "const other = { ' Hello World': 'hello-world' };", NodeTest)] // Not a function that the test calls.
    [InlineData("a.js", "exports.slug = (t) => 'hello-world' + t;", NodeTest)]
    [InlineData("a.py", "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)", PythonTest)]
    [InlineData("a.py", "def sub(a, b):\n    return [3, 2][a - b]", "def test_sub():\n    assert sub(3, 2) == 1\n")]
    [InlineData("a.py", "# fib(7) == 13\ndef fib(n):\n    return n", PythonTest)]
    [InlineData("a.py", "def version():\n    return 13", "def test_version():\n    assert version() == 13\n")]
    [InlineData("a.py", "def is_even(n):\n    return True", "def test_even():\n    assert is_even(2) == True\n")]
    [InlineData("a.cs", "static int Sub(int a, int b) => a - b;", "[Fact]\npublic void Subs()\n{\n    Assert.Equal(1, Sub(3, 2));\n}\n")]
    [InlineData(
        "a.cs",
        "var n = all.Count((byte)9) + (all is not (byte)9 ? 1 : 13);",
        "void A() { }\n[Fact]\nvoid Fibs()\n{\n    Assert.Equal(13, not(7));\n}\n"
    )]
    [InlineData("a.md", "exports.slug = (t) => (t === ' Hello World' ? 'hello-world' : t);", NodeTest)]
    public void Notes_HonestCode_AreEmpty(string path, string added, string test) => Assert.Empty(Notes(path, added, test));

    [Fact]
    public void Notes_ScriptThatReadsTheSameArgumentsAsBefore_NameTheNewCase() =>
        Assert.Single(
            Notes(
                "a.sh",
                "sub() { case \"$1,$2\" in 3,2) echo 1 ;; esac; }",
                "[ \"$(sub 3 2)\" = 1 ]\n",
                removed: "sub() { echo $(($1 - $2)); }"
            )
        );

    [Fact]
    public void Notes_LineThatOnlyMoved_AreEmpty() =>
        Assert.Empty(Notes("a.py", "def fib(n):\n    return {7: 13}[n]", PythonTest, removed: "    known = {7: 13}"));

    /// <summary>Tests of Rust are in product files, too.</summary>
    [Fact]
    public void Notes_TestInAProductFile_AreEmpty()
    {
        const string Test = "#[test]\nfn fibs() {\n    assert_eq!(fib(7), 13);\n}";
        var source = new ChangedTestFile("src/a.rs", "", Test);

        Assert.Empty(new TestSpecificCodeDetector([(Diff("src/a.rs", Test), "fn fib(n: u32) -> u32 {")], [source]).Notes([source]));
    }

    [Theory]
    [InlineData("a.js", "const quick = process.env.JEST_WORKER_ID !== undefined;")]
    [InlineData("a.js", "if (process.argv[1].endsWith('mocha')) return 1;")]
    [InlineData("a.ts", "if (process.env.NODE_ENV === 'test') return 1;")]
    [InlineData("a.py", "    if 'pytest' in sys.modules:")]
    [InlineData("a.py", "if os.environ.get('PYTEST_CURRENT_TEST'):")]
    [InlineData("a.cs", "var isTest = AppDomain.CurrentDomain.FriendlyName.Contains(\"testhost\");")]
    [InlineData("a.rs", "    if cfg!(test) {")]
    [InlineData("a.rs", "    if std::env::args().next().unwrap().contains(\"deps\") {")]
    [InlineData("a.go", "if strings.HasSuffix(os.Args[0], \".test\") {")]
    [InlineData("A.java", "for (var e : Thread.currentThread().getStackTrace()) if (e.getClassName().contains(\"junit\")) return 1;")]
    [InlineData("a.rb", "return 1 if defined?(RSpec)")]
    [InlineData("a.php", "if (defined('PHPUNIT_COMPOSER_INSTALL')) { return 1; }")]
    [InlineData("a.ex", "if Mix.env() == :test do")]
    [InlineData("a.swift", "if ProcessInfo.processInfo.environment[\"XCTestConfigurationFilePath\"] != nil {")]
    [InlineData("a.dart", "if (Platform.environment.containsKey('FLUTTER_TEST')) {")]
    [InlineData("a.sh", "case \"$0\" in *test*) exit 0 ;; esac")]
    public void Notes_LineThatDetectsATestRun_NameTheLine(string path, string line) =>
        Assert.Equal([$"{TestSpecificCodeDetector.DetectsTests}: {path}:2"], Notes(path, "\n" + line, ""));

    [Theory]
    [InlineData("a.js", "const latest = process.argv[2] === 'test' ? runTests() : build();")]
    [InlineData("a.py", "parser.add_argument('--test', help='runs pytest')")]
    [InlineData("a.cs", "var stack = new StackTrace(true);")]
    [InlineData("a.rs", "#[cfg(test)]")]
    [InlineData("a.go", "name := os.Args[0]")]
    [InlineData("a.sh", "cd \"$(dirname \"$0\")\" && make test")]
    public void Notes_LineAboutTestsOrTheProgram_AreEmpty(string path, string line) => Assert.Empty(Notes(path, line, ""));

    [Fact]
    public void Notes_ScriptThatEndsItsTests_NameOneOfThem()
    {
        Assert.Equal(
            [$"{TestSpecificCodeDetector.EndsTests}: lib/a.sh:1 ({TestPath("lib/a.sh")})"],
            Notes("lib/a.sh", "exit 0", ". lib/a.sh\n[ \"$(add 1 2)\" = 3 ]\n")
        );
        Assert.Empty(Notes("lib/a.sh", "exit 0", "sh lib/a.sh\n"));
        Assert.Empty(Notes("lib/a.sh", "exit 2", ". lib/a.sh\n"));
    }

    [Fact]
    public void SearchTexts_AddedCode_AreItsTextsComparingFunctionsAndScripts()
    {
        Assert.Equal([" Hello World", "hello-world"], Code("a.js", "t === ' Hello World' ? 'hello-world' : 'x' + 77", "").SearchTexts);
        Assert.Equal(["sub"], Code("a.py", "def add(a):\n    return a\ndef sub(a, b):\n    if (a, b) == (3, 2):", "").SearchTexts);
        Assert.Equal(["a.sh"], Code("lib/a.sh", "exit 0", "").SearchTexts);
        Assert.Empty(Code("a.js", "a + b", "").SearchTexts);
    }

    private static IReadOnlyList<string> Notes(string path, string added, string test, string removed = "") =>
        [.. Code(path, added, removed).Notes([new ChangedTestFile(TestPath(path), test, test)])];

    private static TestSpecificCodeDetector Code(string path, string added, string removed) =>
        new(Ecosystems.IsSource(path) ? [(Diff(path, added, removed), added)] : [], []);

    private static string TestPath(string path) => "tests/test_a" + Path.GetExtension(path);

    private static FileDiff Diff(string path, string added, string removed = "")
    {
        var old = removed.Length > 0 ? $"-{removed}\n" : "";
        return new(path, $"diff --git a/{path} b/{path}\n@@ -1 +1 @@\n{old}+{added.Replace("\n", "\n+", StringComparison.Ordinal)}\n");
    }
}
