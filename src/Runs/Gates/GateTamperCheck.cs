using System.Text.RegularExpressions;

namespace Orchestrator.Runs.Gates;

/// <summary>Finds out whether a task changed what its gates check: the plan was approved with a command, but a script that it calls, the
/// configuration of its tests, or the tests themselves can be changed so that it always passes. Such work needs a person's approval.
/// Pure.</summary>
internal static partial class GateTamperCheck
{
    /// <summary>By program of a gate's command: files that control it.</summary>
    private static readonly (string Program, string[] Files)[] Drivers =
    [
        ("npm", ["package.json"]),
        ("pnpm", ["package.json"]),
        ("yarn", ["package.json"]),
        ("npx", ["package.json"]),
        ("jest", ["jest.config.js", "jest.config.ts", "jest.config.mjs", "jest.config.cjs"]),
        ("vitest", ["vitest.config.js", "vitest.config.ts", "vitest.config.mjs"]),
        ("pytest", ["pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml", "conftest.py"]),
        ("tox", ["tox.ini"]),
        ("ruff", ["ruff.toml", ".ruff.toml", "pyproject.toml"]),
        ("mypy", ["mypy.ini", "setup.cfg", "pyproject.toml"]),
        ("make", ["Makefile", "makefile", "GNUmakefile"]),
        ("just", ["justfile", "Justfile"]),
        ("eslint", ["eslint.config.js", "eslint.config.mjs", ".eslintrc", ".eslintrc.js", ".eslintrc.json", ".eslintrc.cjs"]),
        ("tsc", ["tsconfig.json"]),
        ("dotnet", ["Directory.Build.props", "Directory.Build.targets", ".editorconfig", "test.runsettings"]),
        ("mvn", ["pom.xml"]),
        ("gradle", ["build.gradle", "build.gradle.kts"]),
        ("gradlew", ["build.gradle", "build.gradle.kts"]),
    ];

    private static readonly string[] NothingRan =
    [
        "no tests ran",
        "collected 0 items",
        "No tests found",
        "Ran 0 tests",
        "running 0 tests",
        "no tests to run",
        "0 passing",
        "No test is available",
        "No test files found",
    ];

    /// <summary>What a person should look at, each a sentence; empty where the gates check the same as before.</summary>
    /// <param name="task">The task: a file that the plan names by its whole path was approved with the plan.</param>
    /// <param name="changed">What it changed.</param>
    /// <param name="patch">The patch; null: too large to review.</param>
    public static IEnumerable<string> Changes(
        PlanTask task,
        IReadOnlyList<Gate> gates,
        IReadOnlyList<ChangedFile> changed,
        IReadOnlyList<PatchFile>? patch
    )
    {
        foreach (var file in changed.Where(f => f.Change != FileChange.Added && !IsTest(f.Path)))
        {
            var planned = file.Change != FileChange.Deleted && task.FilesWrite?.Contains(file.Path) == true;
            if (!planned && gates.FirstOrDefault(g => DependsOn(g.Command, file.Path)) is { } gate)
            {
                yield return $"It {(file.Change == FileChange.Deleted ? "deleted" : "changed")} '{file.Path}', which decides what the "
                    + $"gate '{gate.Name}' does.";
            }
        }
        var moved = changed.Where(f => f.Change == FileChange.Added).Select(f => f.NewId).ToHashSet(StringComparer.Ordinal);
        foreach (var file in changed.Where(f => f.Change == FileChange.Deleted && IsTest(f.Path) && !moved.Contains(f.OldId)))
        {
            yield return $"It deleted the test '{file.Path}'.";
        }
        foreach (var sign in TestSigns.ForPerson(patch))
        {
            yield return sign;
        }
    }

    /// <summary>Gates that passed although no test ran.</summary>
    public static IEnumerable<string> Empty(IEnumerable<GateVerdict> outcomes) =>
        outcomes
            .Where(o => o.Passed && NothingRan.Any(text => o.Tail.Contains(text, StringComparison.OrdinalIgnoreCase)))
            .Select(o => $"The gate '{o.Gate.Name}' passed, but it says that no test ran.");

    /// <summary>True for a file that is a test by name or folder.</summary>
    public static bool IsTest(string path) =>
        TestName().IsMatch(path) && !path.EndsWith(".md", StringComparison.Ordinal) && Path.GetFileName(path) != "conftest.py";

    /// <summary>True for a file that configures which tests exist and how they run.</summary>
    public static bool IsConfiguration(string path) => Drivers.Any(driver => driver.Files.Contains(Path.GetFileName(path)));

    private static bool DependsOn(string command, string path)
    {
        var words = Words()
            .Matches(command)
            .Select(m => m.Value.StartsWith("./", StringComparison.Ordinal) ? m.Value[2..] : m.Value)
            .ToHashSet(StringComparer.Ordinal);
        return words.Contains(path)
            || Drivers.Any(d => words.Any(w => Path.GetFileName(w) == d.Program) && d.Files.Contains(Path.GetFileName(path)));
    }

    [GeneratedRegex("""[^\s"'`;&|()<>=]+""")]
    private static partial Regex Words();

    [GeneratedRegex(
        """(^|/)(tests?|specs?|__tests__)/|(^|/)test_[^/]*$|[_.-](test|tests|spec)\.[A-Za-z]+$|Tests?\.(cs|java|kt|swift)$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex TestName();
}
