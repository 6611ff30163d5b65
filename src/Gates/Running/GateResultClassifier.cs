namespace Orchestrator.Gates.Running;

/// <summary>
/// Turns the result of a gate's command into a verdict. Distinguishes environment faults from failures of the work by exit code and output.
/// </summary>
internal static partial class GateResultClassifier
{
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    /// <summary>Python modules that are tools installed on the machine. Tasks are therefore not expected to create them.</summary>
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

    /// <summary>Returns the verdict of a command that ended or was stopped.</summary>
    internal static GateVerdict Judge(Gate gate, string command, ProcessResult result, string evidenceFile)
    {
        var output = gate.IsMeasurement
            ? $"{result.StandardError.Text}\n{result.StandardOutput.Text}".TrimStart('\n')
            : result.StandardOutput.Text;
        var missesWork = MissesOwnFile(result.ExitCode, output);
        var isGood = result.Succeeded != gate.Negate && !IsStartFailure(result.ExitCode);
        (var verdict, var failure) = result switch
        {
            { TimedOut: true } => (GateResult.TimedOut, GateFailure.Timeout),
            _ when isGood => (GateResult.Passed, GateFailure.None),
            _ when missesWork => (GateResult.Failed, GateFailure.Logic),
            _ when IsStartFailure(result.ExitCode) => (GateResult.CouldNotRun, GateFailure.Environment),
            _ when gate.Negate => (GateResult.Failed, GateFailure.Logic),
            _ => (GateResult.Failed, OfExit(result.ExitCode)),
        };
        return new GateVerdict
        {
            Gate = gate,
            Result = verdict,
            Failure = failure,
            Command = command,
            ExitCode = result.TimedOut ? null : result.ExitCode,
            Duration = result.Duration,
            Runs = 1,
            EvidenceFile = evidenceFile,
            Tail = GateRunner.Tail(output),
            Contention =
                verdict is GateResult.Failed or GateResult.TimedOut && failure != GateFailure.Environment && !gate.Negate
                    ? ResourceConflictDetector.Of(output)
                    : GateContendedResourceKind.None,
        };
    }

    /// <summary>
    /// Classifies a command that exited with an unexpected exit code. Its output is ignored because an agent's code could have printed it.
    /// </summary>
    private static GateFailure OfExit(int exitCode) =>
        exitCode is NotExecutable or NotFound or ProcessResult.KilledBySignal9 ? GateFailure.Environment : GateFailure.Logic;

    /// <summary>
    /// True if the shell could not start a file of the worktree because it is missing or not executable. A name without a folder, or an
    /// absolute path, refers to a program of the machine instead.
    /// </summary>
    private static bool MissesOwnFile(int exitCode, string output) =>
        exitCode is NotExecutable or NotFound
        && MissingFile().Matches(output) is [.., var last]
        && last.Groups["path"].Value is var path
        && !path.StartsWith('/')
        && (path.Contains('/', StringComparison.Ordinal) || last.Groups["file"].Success);

    /// <summary>True for a Python module that the repository contains or that a task of the plan creates.</summary>
    internal static bool IsOwnModule(string name, GateRunContext subject) =>
        Directory.Exists(Path.Combine(subject.Directory, name))
        || File.Exists(Path.Combine(subject.Directory, name + ".py"))
        || subject.Planned.Any(path => path.Split('/').Any(part => part == name || part == name + ".py"))
        || (subject.MayWriteAnything && !PythonTools.Contains(name));

    /// <summary>True if the gate was killed by signal 9, as happens when memory runs out.</summary>
    internal static bool WasKilled(GateVerdict verdict) =>
        verdict is { Result: GateResult.Failed, ExitCode: ProcessResult.KilledBySignal9 };

    /// <summary>True if the exit code reports that the shell could not start the command (126 or 127 in a POSIX shell).</summary>
    private static bool IsStartFailure(int exitCode) => exitCode is NotExecutable or NotFound;

    // Messages of dash and bash for a missing command and for a missing script argument.
    [GeneratedRegex(
        @"^\S*sh: (?:line )?(?:[0-9]+: )?(?:cannot open )?(?<path>\S+): (?:(?:command )?not found|Permission denied|(?<file>No such file))",
        RegexOptions.Multiline
    )]
    private static partial Regex MissingFile();
}
