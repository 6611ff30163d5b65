using System.Text;
using Orchestrator.Gates.Tampering;

namespace Orchestrator.Gates.Tests;

/// <summary>Which files a gate's command runs or reads in, by its words and by those of the scripts that it calls.</summary>
public sealed class ScriptsCalledByGateTests
{
    [Theory]
    [InlineData("sh check")]
    [InlineData("bash check")]
    [InlineData("dash check")]
    [InlineData("zsh check")]
    [InlineData("source check")]
    [InlineData(". check")]
    [InlineData("exec check")]
    [InlineData("env check")]
    [InlineData("time check")]
    [InlineData("timeout check")]
    [InlineData("sudo check")]
    [InlineData("python check")]
    [InlineData("python3 check")]
    [InlineData("node check")]
    [InlineData("deno check")]
    [InlineData("bun check")]
    [InlineData("tsx check")]
    [InlineData("ts-node check")]
    [InlineData("ruby check")]
    [InlineData("perl check")]
    [InlineData("php check")]
    [InlineData("include check")]
    [InlineData("-include check")]
    [InlineData("sinclude check")]
    [InlineData("/usr/bin/python3 check")] // A program with its folder is the same program.
    [InlineData("node -r -x check")] // Options stand between a program and its file.
    [InlineData("./check")]
    [InlineData("check")] // The first word is a command.
    [InlineData("x && (sh check)")]
    [InlineData("bash 'check'")]
    [InlineData("$ROOT/check")] // What a variable holds is mostly the root.
    [InlineData("/check")]
    [InlineData("./a/../check")]
    [InlineData("echo ./check")]
    public async Task Of_FileThatIsCalled_IsFound(string command) => Assert.Equal(["check"], await DirectAsync(command, "check"));

    [Theory]
    [InlineData("cat check")]
    [InlineData("grep -q x check")]
    [InlineData("test -f check")]
    [InlineData("echo check")]
    [InlineData("cat -n check")]
    public async Task Of_FileThatIsOnlyNamed_IsNot(string command) => Assert.Empty(await DirectAsync(command, "check"));

    [Theory]
    [InlineData("x check.sh", "check.sh")]
    [InlineData("x check.bash", "check.bash")]
    [InlineData("x check.bats", "check.bats")]
    [InlineData("make -f rules.mk", "rules.mk")]
    [InlineData("x tools/check", "tools/check")] // A path without an ending is a program.
    [InlineData("check.py", "check.py")]
    [InlineData("check.js", "check.js")]
    [InlineData("check.mjs", "check.mjs")]
    [InlineData("check.rb", "check.rb")]
    [InlineData("check.pl", "check.pl")]
    [InlineData("python -m tools.check", "tools/check.py")]
    [InlineData("python -m tools", "tools/__main__.py")]
    [InlineData("python -m tools.deep", "tools/deep/__main__.py")]
    public async Task Of_FileWithAnEnding_IsFoundByWhatItIs(string command, string file) =>
        Assert.Equal([file], await DirectAsync(command, file));

    [Theory]
    [InlineData("x check.py", "check.py")]
    [InlineData("x check.txt", "check.txt")]
    [InlineData("x check.js", "check.js")]
    [InlineData("check.txt", "check.txt")]
    [InlineData("pytest tests/test_a.py", "tests/test_a.py")]
    [InlineData("python tests/test_a.py", "tests/test_a.py")] // Tests are looked at as tests.
    public async Task Of_FileWithAnEnding_IsNotFoundAsAnArgument(string command, string file) =>
        Assert.Empty(await DirectAsync(command, file));

    [Fact]
    public async Task Of_ScriptThatCallsOthers_FollowsThemFromItsFolderAndFromTheRoot()
    {
        var calls = await OfAsync(
            "sh ci/all.sh",
            ("ci/all.sh", "set -e\nsh lint.sh && ./tools/types\n. ./lib.sh\nnode ci/report.js\n"),
            ("ci/lint.sh", "cat nothing.sh.txt\n"),
            ("tools/types", "exec ci/deep\n"),
            ("ci/lib.sh", ""),
            ("ci/deep", ""),
            ("ci/report.js", "require('./other.sh')"),
            ("ci/unused.sh", "")
        );

        Assert.Equal(["ci/all.sh"], calls.Direct);
        Assert.Equal(
            ["ci/all.sh", "ci/deep", "ci/lib.sh", "ci/lint.sh", "ci/report.js", "tools/types"],
            calls.Called.Order(StringComparer.Ordinal)
        );
        Assert.Contains("set", calls.Words);
        Assert.Contains("types", calls.Words);
    }

    [Theory]
    [InlineData("check.py")]
    [InlineData("check.js")]
    [InlineData("check.mjs")]
    [InlineData("check.rb")]
    [InlineData("check.pl")]
    [InlineData("check.php")]
    public async Task Of_ProgramOfALanguage_CallsOnlyWhereACallStandsBeforeTheName(string script)
    {
        var calls = await OfAsync(
            $"node {script}",
            (script, "words tools/other\nrun('sh', 'sh mine')\n"),
            ("tools/other", ""),
            ("mine", "")
        );

        Assert.Equal([script, "mine"], calls.Called.OrderByDescending(file => file == script));
    }

    [Theory]
    [InlineData("check.sh")]
    [InlineData("check")]
    [InlineData("rules.mk")]
    public async Task Of_ShellScript_CallsWhatStandsAlone(string script)
    {
        var calls = await OfAsync($"sh {script}", (script, "tools/other: x\n"), ("tools/other", ""));

        Assert.Contains("tools/other", calls.Called);
    }

    [Theory]
    [InlineData("""{"scripts": {"test": "sh check.sh"}}""", true)]
    [InlineData("""{"description": "sh check.sh"}""", false)]
    [InlineData("""{"scripts": "sh check.sh"}""", false)]
    [InlineData("""["sh check.sh"]""", false)]
    [InlineData("""{"scripts": {"test": "sh check.sh" """, false)]
    public async Task Of_PackageJson_CallsWhatItsScriptsCall(string json, bool isCalled)
    {
        var calls = await OfAsync("npm test", ("package.json", json), ("check.sh", ""));

        Assert.Equal(isCalled, calls.Called.Contains("check.sh"));
        Assert.Contains("npm", calls.Words);
    }

    [Theory]
    [InlineData("sh mine\n", true)]
    [InlineData("sh mine\n\0", false)]
    public async Task Of_FileThatIsNoText_IsNotRead(string content, bool isRead)
    {
        var calls = await OfAsync("sh check.sh", ("check.sh", content), ("mine", ""));

        Assert.Equal(isRead, calls.Called.Contains("mine"));
    }

    [Theory]
    [InlineData(256 * 1024, true)]
    [InlineData(256 * 1024 + 1, false)]
    public async Task Of_LargeScript_IsReadUpToItsLimit(int length, bool isRead)
    {
        const string Call = "sh mine\n";
        var calls = await OfAsync("sh check.sh", ("check.sh", Call + new string('#', length - Call.Length)), ("mine", ""));

        Assert.Equal(isRead, calls.Called.Contains("mine"));
    }

    [Fact]
    public async Task Of_ScriptsThatCallEachOther_EndsAndReadsEachOnce()
    {
        var read = new List<string>();
        var files = new Dictionary<string, string>(StringComparer.Ordinal) { ["a.sh"] = "sh b.sh", ["b.sh"] = "sh a.sh" };

        var calls = await ScriptsCalledByGate.OfAsync("sh a.sh", files.Keys.ToHashSet(StringComparer.Ordinal), Read);

        Assert.Equal(["a.sh", "b.sh"], calls.Called.Order(StringComparer.Ordinal));
        Assert.Equal(["a.sh", "b.sh"], read);

        Task<byte[]?> Read(string file)
        {
            read.Add(file);
            return Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(files[file]));
        }
    }

    [Fact]
    public async Task Of_MoreScriptsThanAreRead_ReadsTheFirstForty()
    {
        var read = 0;
        var files = Enumerable.Range(0, 60).Select(n => $"s{n}.sh").ToList();

        await ScriptsCalledByGate.OfAsync(
            string.Join(" && ", files.Select(file => "sh " + file)),
            files.ToHashSet(StringComparer.Ordinal),
            _ =>
            {
                read++;
                return Task.FromResult<byte[]?>([]);
            }
        );

        Assert.Equal(40, read);
    }

    private static async Task<IReadOnlyList<string>> DirectAsync(string command, string file) =>
        [.. (await OfAsync(command, (file, ""))).Direct];

    private static Task<ScriptsCalledByGate> OfAsync(string command, params (string Path, string Content)[] files)
    {
        var contents = files.ToDictionary(file => file.Path, file => file.Content, StringComparer.Ordinal);
        return ScriptsCalledByGate.OfAsync(
            command,
            contents.Keys.ToHashSet(StringComparer.Ordinal),
            path => Task.FromResult(contents.GetValueOrDefault(path) is { } text ? Encoding.UTF8.GetBytes(text) : null)
        );
    }
}
