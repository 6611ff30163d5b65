namespace Orchestrator.QualityGates;

/// <summary>Tells a fault of the machine from a fault of the work, by exit code and output.</summary>
internal static partial class GateClassifier
{
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    /// <summary>Modules that are programs of the machine and that no task is asked to write.</summary>
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

    /// <summary>Of a command that ended by itself with an exit code that is not what was wanted.</summary>
    internal static GateFailure OfExit(int exitCode, string output, GateSubject subject) =>
        exitCode is NotExecutable or NotFound or ProcessResult.KilledBySignal9
        || MachineFault().IsMatch(output)
        || MissingModule().Matches(output).Any(found => !IsOwnModule(found.Groups[1].Value, subject))
            ? GateFailure.Environment
            : GateFailure.Logic;

    /// <summary>Whether a shell could not begin a file below the directory it ran in. That is work which is not done yet, or not
    /// executable; where programs of the machine are missing, they are named without a folder or from the root on.</summary>
    internal static bool MissesOwnFile(int exitCode, string output) =>
        exitCode is NotExecutable or NotFound
        && MissingFile().Matches(output) is [.., var last]
        && last.Groups["path"].Value is var path
        && !path.StartsWith('/')
        && (path.Contains('/', StringComparison.Ordinal) || last.Groups["file"].Success);

    /// <summary>A Python module that the repository has, or that tasks are to write.</summary>
    private static bool IsOwnModule(string name, GateSubject subject) =>
        Directory.Exists(Path.Combine(subject.Directory, name))
        || File.Exists(Path.Combine(subject.Directory, name + ".py"))
        || subject.Planned.Any(path => path.Split('/').Any(part => part == name || part == name + ".py"))
        || (subject.MayWriteAnything && !PythonTools.Contains(name));

    /// <summary>Whether it was ended by signal 9, as a machine without memory does.</summary>
    internal static bool WasKilled(GateVerdict verdict) =>
        verdict is { Result: GateResult.Failed, ExitCode: ProcessResult.KilledBySignal9 };

    /// <summary>Whether the exit code says that the shell could not even begin the command (POSIX sh: 126, 127).</summary>
    internal static bool CouldNotRun(int exitCode) => exitCode is NotExecutable or NotFound;

    [GeneratedRegex(
        """
            No\ space\ left\ on\ device | ENOSPC | Disk\ quota\ exceeded
            | Cannot\ allocate\ memory | ENOMEM | JavaScript\ heap\ out\ of\ memory
            | Temporary\ failure\ in\ name\ resolution | Could\ not\ resolve\ host | getaddrinfo\ (ENOTFOUND|EAI_AGAIN)
            | Too\ many\ open\ files
            """,
        RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex MachineFault();

    [GeneratedRegex(@"^\S*python[0-9.]*: No module named '?(\w+)", RegexOptions.Multiline)]
    private static partial Regex MissingModule();

    // As dash and bash say it of a command, and of a script that they were given.
    [GeneratedRegex(
        @"^\S*sh: (?:line )?(?:[0-9]+: )?(?:cannot open )?(?<path>\S+): (?:(?:command )?not found|Permission denied|(?<file>No such file))",
        RegexOptions.Multiline
    )]
    private static partial Regex MissingFile();
}
