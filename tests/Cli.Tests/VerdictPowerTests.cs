using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The power of green gates, played with a real runner: cheats that a green suite hides, and honest changes beside them.</summary>
public sealed class VerdictPowerTests
{
    private const string Suite =
        "import unittest\nfrom calc import add, sub\n\n\nclass CalcTest(unittest.TestCase):\n"
        + "    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n\n"
        + "    def test_sub(self):\n        self.assertEqual(sub(3, 2), 1)\n";

    private const string Break = "sed -i 's/a - b/b - a/' calc.py\n";

    [Theory]
    [InlineData(
        "printf 'def mul(a, b):\\n    return a * b\\n' >>calc.py\n"
            + "printf 'import unittest\\nimport calc\\n\\n\\nclass M(unittest.TestCase):\\n    def test_mul(self):\\n"
            + "        self.assertEqual(calc.mul(2, 3), 6)\\n\\n    def test_old(self):\\n        self.assertEqual(calc.add(2, 3), 5)\\n'"
            + " >tests/test_mul.py\n",
        "red without the change: 1 of 2 tests; green both ways: test_old"
    )]
    [InlineData(
        "sed -i 's/a - b/a - b + 1/' calc.py\nsed -i 's/sub(3, 2), 1/sub(3, 2), 2/' tests/test_calc.py\n",
        "red without the change: 1 of 1 test;"
    )]
    [InlineData("sed -i 's/test_sub/test_subtracts/' tests/test_calc.py\n", "it changes tests alone")]
    [InlineData("printf 'def neg(a):\\n    return -a\\n' >>calc.py\n", "merged")]
    [InlineData("printf 'x = 1\\n' >conftest.py\nprintf 'def neg(a):\\n    return -a\\n' >>calc.py\n", "merged")]
    public async Task Run_HonestWork_LandsAndSaysWhatItsTestsProve(string work, string said)
    {
        using var repository = await RepositoryAsync(work);

        var shown = await repository.LandAsync(
            "tasks:\n  - {id: a, description: A, files_write: ['c*.py', 's*.py', 'tests/**'], max_retries: 0}\n"
        );

        Assert.Contains(said, shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sed -i '/def test_sub/,$d' tests/test_calc.py\n", "It takes tests away: test_sub.")]
    [InlineData(
        "sed -i 's/    def test_sub/    @unittest.skip(\"x\")\\n&/' tests/test_calc.py\n",
        "It switches tests off that were there: test_sub."
    )]
    [InlineData("sed -i 's/(sub(3, 2), 1)/(1, 1)/' tests/test_calc.py\n", "fail in the form of its base: test_sub")]
    [InlineData(
        "printf 'import unittest\\nunittest.TestCase.assertEqual = lambda *a: None\\n\\n\\nclass A(unittest.TestCase):\\n"
            + "    def test_a(self):\\n        pass\\n' >tests/test_a.py\n",
        "With tests and configuration as they were at its base it fails: test_sub"
    )]
    [InlineData(
        "printf 'import unittest\\nunittest.TestCase.assertEqual = lambda *a: None\\n' >tests/__init__.py\n",
        "With tests and configuration as they were at its base it fails: test_sub"
    )]
    public async Task Run_BrokenWorkBehindAGreenGate_IsNamed(string cheat, string said)
    {
        using var repository = await RepositoryAsync(Break + cheat);
        repository.Cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: ['c*.py', 's*.py', 'tests/**'], max_retries: 0}\n"
        );

        var run = await repository.OrchestrateAsync("run", "--yes");

        Assert.Contains(said, ScriptedRepository.Text(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ProofThatIsRequired_SendsWorkBackWhoseTestsPassWithoutIt()
    {
        using var repository = await RepositoryAsync(
            "printf 'def neg(a):\\n    return -a\\n' >>calc.py\n"
                + "printf 'import unittest\\n\\n\\nclass M(unittest.TestCase):\\n    def test_m(self):\\n        pass\\n'"
                + " >tests/test_m.py\n"
        );
        repository.Cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: ['c*.py', 's*.py', 'tests/**'], max_retries: 0, prove_red: required}\n"
        );

        var run = await repository.OrchestrateAsync("run", "--yes");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("pass without your change: test_m", ScriptedRepository.Text(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TestsThatThePlanLetsChange_AskNobody()
    {
        using var repository = await RepositoryAsync(Break + "sed -i '/def test_sub/,$d' tests/test_calc.py\n");

        await repository.LandAsync(
            "tasks:\n  - {id: a, description: A, files_write: ['c*.py', 'tests/**'], changes_tests: ['tests/**'], max_retries: 0}\n"
        );
    }

    [Fact]
    public async Task Report_TestsThatProveNothing_AreItsFirstWordsOfTheTask()
    {
        using var repository = await RepositoryAsync(
            "printf 'def neg(a):\\n    return -a\\n' >>calc.py\n"
                + "printf 'import unittest\\n\\n\\nclass M(unittest.TestCase):\\n    def test_m(self):\\n        pass\\n'"
                + " >tests/test_m.py\n"
        );
        await repository.LandAsync("tasks:\n  - {id: a, description: A, files_write: ['c*.py', 'tests/**'], max_retries: 0}\n");

        var report = await repository.OrchestrateAsync("report", "--markdown");

        Assert.Contains(
            "### a: A (merged)\n\n- its tests prove nothing: red without the change: 0 of 1 test; green both ways: test_m\n",
            ScriptedRepository.Text(report),
            StringComparison.Ordinal
        );
    }

    private static async Task<ScriptedRepository> RepositoryAsync(string work)
    {
        var repository = new ScriptedRepository();
        repository.Cli.Write("calc.py", "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n\n\n");
        repository.Cli.Write("tests/__init__.py", "");
        repository.Cli.Write("tests/test_calc.py", Suite);
        await repository.CommitAsync("Calc");
        repository.WriteAgent(
            work + "git add -A\ngit commit -qm work\n",
            "gates: {task: ['python3 -m unittest discover -q']}\nrisk: {review_threshold: 1000000}\n"
        );
        return repository;
    }
}
