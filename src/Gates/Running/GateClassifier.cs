namespace Orchestrator.Gates.Running;

/// <summary>Distinguishes faults of the machine from faults of the work, by exit code and output.</summary>
internal static partial class GateClassifier
{
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    /// <summary>Modules that are tools of the machine and that no task is asked to write.</summary>
    private static readonly HashSet<string> PythonTools =
    [
        "bandit",
        "black",
        "build",
        "coverage",
        "flake8",
        "hatch",
        "isort",
        "mypy",
        "nose2",
        "nox",
        "pip",
        "pip_audit",
        "pre_commit",
        "pycodestyle",
        "pydocstyle",
        "pyflakes",
        "pylint",
        "pyright",
        "pytest",
        "ruff",
        "sphinx",
        "tox",
        "twine",
        "uv",
        "vulture",
        "yapf",
    ];

    /// <summary>For a command that ended by itself with an unwanted exit code. What it printed proves nothing: an agent's code could print
    /// it.</summary>
    internal static GateFailure OfExit(int exitCode) =>
        exitCode is NotExecutable or NotFound or ProcessResult.KilledBySignal9 ? GateFailure.Environment : GateFailure.Logic;

    /// <summary>True if a shell could not start a file below its directory: unfinished work, or not executable. Missing programs of the
    /// machine are named without a folder or by an absolute path.</summary>
    internal static bool MissesOwnFile(int exitCode, string output) =>
        exitCode is NotExecutable or NotFound
        && MissingFile().Matches(output) is [.., var last]
        && last.Groups["path"].Value is var path
        && !path.StartsWith('/')
        && (path.Contains('/', StringComparison.Ordinal) || last.Groups["file"].Success);

    /// <summary>A Python module of the repository, or that tasks are to write.</summary>
    internal static bool IsOwnModule(string name, GateSubject subject) =>
        Directory.Exists(Path.Combine(subject.Directory, name))
        || File.Exists(Path.Combine(subject.Directory, name + ".py"))
        || subject.Planned.Any(path => path.Split('/').Any(part => part == name || part == name + ".py"))
        || (subject.MayWriteAnything && !PythonTools.Contains(name));

    /// <summary>True if it was ended by signal 9, as on a machine without memory.</summary>
    internal static bool WasKilled(GateVerdict verdict) =>
        verdict is { Result: GateResult.Failed, ExitCode: ProcessResult.KilledBySignal9 };

    /// <summary>True if the exit code says that the shell could not start the command (POSIX sh: 126, 127).</summary>
    internal static bool CouldNotRun(int exitCode) => exitCode is NotExecutable or NotFound;

    // Messages of dash and bash for a command, and for a script argument.
    [GeneratedRegex(
        @"^\S*sh: (?:line )?(?:[0-9]+: )?(?:cannot open )?(?<path>\S+): (?:(?:command )?not found|Permission denied|(?<file>No such file))",
        RegexOptions.Multiline
    )]
    private static partial Regex MissingFile();
}
