using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The power of green gates, played with a real runner: cheats that a green suite hides, and honest changes beside them.</summary>
public sealed class PassedGateAssuranceAssessorTests
{
    private const string Suite =
        "const test = require('node:test');\nconst assert = require('node:assert');\nrequire('./kit.js');\n"
        + "const { add, sub } = require('../calc.js');\n\n"
        + "test('test_add', () => {\n  assert.equal(add(1, 2), 3);\n});\n\n"
        + "test('test_sub', () => {\n  assert.equal(sub(3, 2), 1);\n});\n";

    // One process for all files, so that one can spoil another.
    private const string Runner =
        "for (const file of require('node:fs').readdirSync(__dirname).sort()) {\n"
        + "  if (file.endsWith('.test.js')) require('./' + file);\n}\n";

    private const string Break = "sed -i 's/a - b/b - a/' calc.js\n";

    private const string Negation = "echo 'exports.neg = (a) => -a;' >>calc.js\n";

    private const string EmptyTest = "cat >tests/m.test.js <<'END'\nconst test = require('node:test');\ntest('test_m', () => {});\nEND\n";

    [Theory]
    [InlineData(
        "echo 'exports.mul = (a, b) => a * b;' >>calc.js\n"
            + "cat >tests/mul.test.js <<'END'\nconst test = require('node:test');\nconst assert = require('node:assert');\n"
            + "const calc = require('../calc.js');\ntest('test_mul', () => {\n  assert.equal(calc.mul(2, 3), 6);\n});\n"
            + "test('test_old', () => {\n  assert.equal(calc.add(2, 3), 5);\n});\nEND\n",
        "red without the change: 1 of 2 tests; green with and without it: test_old"
    )]
    [InlineData(
        "sed -i 's/a - b/a - b + 1/' calc.js\nsed -i 's/sub(3, 2), 1/sub(3, 2), 2/' tests/calc.test.js\n",
        "red without the change: 1 of 1 test;"
    )]
    [InlineData("sed -i 's/test_sub/test_subtracts/' tests/calc.test.js\n", "it changes only tests")]
    [InlineData(Negation, "merged")]
    [InlineData("echo '{}' >.mocharc.json\n" + Negation, "merged")]
    public async Task Run_HonestWork_LandsAndSaysWhatItsTestsProve(string work, string said)
    {
        using var repository = await RepositoryAsync(work);

        var shown = await repository.LandAsync(Plan());

        Assert.Contains(said, shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sed -i '/test_sub/,$d' tests/calc.test.js\n", "The work removes tests: test_sub.")]
    [InlineData("sed -i \"s/test('test_sub/test.skip('test_sub/\" tests/calc.test.js\n", "The work disables existing tests: test_sub.")]
    [InlineData("sed -i 's/(sub(3, 2), 1)/(1, 1)/' tests/calc.test.js\n", "even without its other changes: test_sub")]
    [InlineData("sed -i \"s/'test_sub', /&{ skip: 1 }, /\" tests/calc.test.js\n", "even without its other changes: test_sub")]
    [InlineData("echo 'process.exit(0);' >>calc.js\n", "ran 0 tests on the work, but 2 on its base commit")]
    [InlineData(
        "echo \"require('node:assert').equal = () => {}; require('node:test')('test_a', () => {});\" >tests/a.test.js\n",
        "With the tests and configuration of its base commit, the work fails these tests: test_sub"
    )]
    [InlineData(
        "echo \"require('node:assert').equal = () => {};\" >tests/kit.js\n",
        "With the tests and configuration of its base commit, the work fails these tests: test_sub"
    )]
    public async Task Run_BrokenWorkBehindAGreenGate_IsNamed(string cheat, string said)
    {
        using var repository = await RepositoryAsync(Break + cheat);
        repository.Cli.Write("tasks.yaml", Plan());

        var run = await repository.OrchestrateAsync("run", "--yes");

        Assert.Contains(said, ScriptedRepository.Text(run), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a === 150 ? 75 : a", "product code repeats values from tests: calc.js:3 (test_half)")]
    [InlineData("process.argv[1].includes('tests') ? a / 2 : a", "product code detects test runs: calc.js:3")]
    public async Task Run_CodeThatWorksOnlyInTests_LandsWithANote(string result, string said)
    {
        const string Test =
            "const assert = require('node:assert');\nconst { half } = require('../calc.js');\n"
            + "const test = require('node:test');\ntest('test_half', () => {\n  assert.equal(half(150), 75);\n});\n";
        using var repository = await RepositoryAsync(
            $"cat >>calc.js <<'END'\nexports.half = (a) => ({result});\nEND\ncat >tests/half.test.js <<'END'\n{Test}END\n"
        );

        Assert.Contains(said, await repository.LandAsync(Plan()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ProofThatIsRequired_SendsWorkBackWhoseTestsPassWithoutIt()
    {
        using var repository = await RepositoryAsync(Negation + EmptyTest);
        repository.Cli.Write("tasks.yaml", Plan("prove_red: required"));

        var run = await repository.OrchestrateAsync("run", "--yes");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("pass without your change: test_m", ScriptedRepository.Text(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TestsThatThePlanLetsChange_AskNobody()
    {
        using var repository = await RepositoryAsync(Break + "sed -i '/test_sub/,$d' tests/calc.test.js\n");

        await repository.LandAsync(Plan("changes_tests: ['tests/**']"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("verification: {base_suite: false}\n", false)]
    public async Task Run_ChangedTests_RunTheBaseSuiteUnlessItIsOff(string settings, bool runs)
    {
        using var repository = await RepositoryAsync("echo '// more' >>tests/calc.test.js\n" + Negation, settings);

        await repository.LandAsync(Plan());

        var evidence = Directory.GetDirectories(
            Path.Combine(repository.Cli.Folder, ".orchestrator", "runs"),
            "base-suite",
            SearchOption.AllDirectories
        );
        Assert.Equal(runs, evidence.Length > 0);
    }

    [Fact]
    public async Task Report_TestsThatProveNothing_AreItsFirstWordsOfTheTask()
    {
        using var repository = await RepositoryAsync(Negation + EmptyTest);
        await repository.LandAsync(Plan());

        var report = await repository.OrchestrateAsync("report", "--full", "--markdown");

        Assert.Matches(
            @"- a: A \(merged\) \(event \d+\)\n  - its tests prove nothing: red without the change: 0 of 1 test; green with",
            ScriptedRepository.Text(report)
        );
    }

    private static string Plan(string more = "prove_red: report") =>
        $"tasks:\n  - {{id: a, description: A, files_write: ['c*.js', '.moc*', 'tests/**'], max_retries: 0, {more}}}\n";

    private static async Task<ScriptedRepository> RepositoryAsync(string work, string settings = "")
    {
        var repository = new ScriptedRepository();
        repository.Cli.Write("calc.js", "exports.add = (a, b) => a + b;\nexports.sub = (a, b) => a - b;\n");
        repository.Cli.Write("tests/all.js", Runner);
        repository.Cli.Write("tests/kit.js", "");
        repository.Cli.Write("tests/calc.test.js", Suite);
        await repository.CommitAsync("Calc");
        repository.WriteAgent(
            work + "git add -A\ngit commit -qm work\n",
            "gates: {task: [{command: node tests/all.js, type: test}]}\nrisk: {review_threshold: 1000000}\n" + settings
        );
        return repository;
    }
}
