namespace Orchestrator.Gates.Runners;

/// <summary>Result of a gate's command, with everything needed to interpret it.</summary>
internal sealed record GateCommandResult
{
    /// <summary>Output of the command.</summary>
    public required GateOutputCollector Output { get; init; }

    /// <summary>Shell command of the gate.</summary>
    public required string Command { get; init; }

    /// <summary>
    /// Exit code of the command. If a signal ended the command, the exit code is 128 plus the signal number, as in shells.
    /// </summary>
    public required int ExitCode { get; init; }

    /// <summary>Working directory. Paths in the output are made relative to this directory.</summary>
    public required string Directory { get; init; }

    /// <summary>True if the command was stopped because it reached its time limit.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Contents of the project's manifests.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    /// <summary>
    /// Function that returns true for a Python module that the project contains or that a task of the plan creates. A missing module of
    /// this kind is not an environment fault.
    /// </summary>
    public Func<string, bool> IsOwnModule { get; init; } = _ => false;

    /// <summary>Results in the report files that the command wrote, or null if there are none.</summary>
    public TestReportSummary? Report { get; init; }
}

/// <summary>Interpreted result of a gate's command.</summary>
/// <param name="Kind">Kind of the result.</param>
/// <param name="Counts">Test counts, or null if none could be counted.</param>
/// <param name="Environment">Environment fault for <see cref="GateOutcomeKind.Environment"/>, or null if no named cause fits.</param>
/// <param name="Decisive">Line to show first, or null if no line explains the result.</param>
/// <param name="FailedTests">Distinct names of failed tests in order, as the runner spells them. Empty if the runner names none.</param>
internal sealed record ClassifiedGateResult(
    GateOutcomeKind Kind,
    TestCounts? Counts,
    EnvironmentCause? Environment,
    FailureExplainingLine? Decisive,
    IReadOnlyList<string> FailedTests
)
{
    /// <summary>Names of all failures, or null if the command passed or its output names none.</summary>
    public IReadOnlyList<string>? Failures { get; init; }
}

/// <summary>
/// Determines the kind of outcome, test counts, cause and decisive line from the output of a test runner, build tool or linter. Has no side
/// effects.
/// </summary>
internal static class GateProgramOutputClassifier
{
    private const int TimeOut = 124;
    private const int Interrupt = 130;
    private const int Kill = 137;
    private const int Terminate = 143;

    /// <summary>Interprets the result of a gate's command.</summary>
    public static ClassifiedGateResult Read(GateCommandResult end)
    {
        var counted = end.Report?.Counted ?? end.Output.Counted;
        var ran = counted?.Ran;
        var fails = end.ExitCode != 0 || end.TimedOut || counted?.Failed > 0 || counted?.Errors > 0;
        var found = FailureExplainingLineFinder.Find(end, fails, hasRun: counted is not null && ran != 0);
        var (kind, cause) = Judge(end, fails, ran, found);
        var failed = fails ? FailedTests.Of(end) : [];
        return new ClassifiedGateResult(
            kind,
            counted is null ? null : new TestCounts(Int(counted.Passed), Int(counted.Failed), Int(counted.Skipped), Int(counted.Errors)),
            kind == GateOutcomeKind.Environment ? cause : null,
            kind == GateOutcomeKind.Passed ? null : Line(end, found, kind),
            failed
        )
        {
            Failures =
                kind == GateOutcomeKind.Passed ? null
                : failed.Count > 0 ? GateFailureTextNormalizer.Of(failed.Select(test => ((string?)null, test)))
                : found is { Failures.Count: > 0 } ? found.Failures
                : null,
        };
    }

    private static readonly GateOutputLineRegex Limited = @"\btimeout\b";

    private static readonly GateOutputLineRegex Killed = @"\bKilled\b|\boom-kill|[Oo]ut of memory";

    private static (GateOutcomeKind Kind, EnvironmentCause? Cause) Judge(
        GateCommandResult end,
        bool fails,
        long? ran,
        FailureExplainingLineMatch? found
    )
    {
        if (end.TimedOut || end.ExitCode == TimeOut || (end.ExitCode is Kill or Terminate && Limited.IsMatch(end.Command)))
        {
            return (GateOutcomeKind.Environment, EnvironmentCause.TimeOut);
        }
        if (!fails)
        {
            return found?.Rule.Kind is { } stated ? (stated, found.Rule.Cause)
                : found is not null ? (GateOutcomeKind.Failed, null)
                : ran == 0 ? (GateOutcomeKind.NoTests, null)
                : (GateOutcomeKind.Passed, null);
        }
        if (end.ExitCode is Kill or Terminate or Interrupt)
        {
            return (
                GateOutcomeKind.Environment,
                end.Output.Lines.TakeLast(20).Any(line => Killed.IsMatch(line.Text)) ? EnvironmentCause.OutOfMemory : null
            );
        }
        return found is not null ? OfLine(end, found)
            : LastLine(end) is { } last && EnvironmentFaultMessages.States([last.Text], out var cause)
                ? (GateOutcomeKind.Environment, cause)
            : (ran == 0 && end.ExitCode != 0 ? GateOutcomeKind.NoTests : GateOutcomeKind.Failed, null);
    }

    private static (GateOutcomeKind Kind, EnvironmentCause? Cause) OfLine(GateCommandResult end, FailureExplainingLineMatch found)
    {
        var manifests = new MissingPackageDeclarationChecker(end.Manifests);
        var kind = found.Rule.Kind ?? GateOutcomeKind.Failed;
        if (found.Group("program") is { } program && manifests.ContainPackageOf(program))
        {
            return (GateOutcomeKind.Environment, EnvironmentCause.MissingPackage);
        }
        if (kind == GateOutcomeKind.Environment && found.Rule.Cause is { } named)
        {
            return (kind, named);
        }
        if (found.Group("option") is { } option)
        {
            return manifests.DeclareOption(option) ? (GateOutcomeKind.Environment, EnvironmentCause.MissingPackage) : (kind, null);
        }
        if (found.Group("tool") is { } tool)
        {
            return end.IsOwnModule(tool) ? (kind, null) : (GateOutcomeKind.Environment, EnvironmentCause.MissingPackage);
        }
        if (MissingModule(found) is { } module)
        {
            return manifests.ContainPackageOf(module) ? (GateOutcomeKind.Environment, EnvironmentCause.MissingPackage)
                : IsArgument(end.Command, module) ? (GateOutcomeKind.Configuration, null)
                : (kind, null);
        }
        if (kind != GateOutcomeKind.NoTests && found.Evidence.Count > 0)
        {
            // If at least one test fails for another reason, the result is a verdict on the work.
            if (
                EnvironmentFaultMessages.States(found.Evidence[0], out var cause)
                && found.Evidence.All(one => EnvironmentFaultMessages.States(one, out _))
            )
            {
                return (GateOutcomeKind.Environment, cause);
            }
        }
        return (kind, null);
    }

    private static readonly GateOutputLineRegex Missing =
        @"(?:ModuleNotFoundError|ImportError): No module named '?(?<module>[\w.]+)|Cannot find (?:module|package) '(?<module>[^']+)'";

    // "python -m unittest tests.test_nowhere" names the module as an argument.
    private static bool IsArgument(string command, string module) =>
        command.Split(' ').Any(word => word == module || word.StartsWith(module + ".", StringComparison.Ordinal) || IsPath(module, word));

    private static bool IsPath(string module, string word) =>
        module.StartsWith('/') && word.Contains('.', StringComparison.Ordinal) && module.EndsWith("/" + word, StringComparison.Ordinal);

    private static string? MissingModule(FailureExplainingLineMatch found) =>
        found.Group("module") ?? (Missing.Match(found.Line.Text) is { Success: true } match ? match.Groups["module"].Value : null);

    private static FailureExplainingLine? Line(GateCommandResult end, FailureExplainingLineMatch? found, GateOutcomeKind kind) =>
        found is not null ? found.ToLine(end.Directory)
        : end.Report?.Failure is { } reported ? reported
        : kind is GateOutcomeKind.NoTests ? null
        : LastLine(end);

    // Last output of a stopped or unknown runner. Lines with progress dots are omitted.
    private static FailureExplainingLine? LastLine(GateCommandResult end)
    {
        foreach (var line in end.Output.Lines.Reverse())
        {
            var text = line.Text.Trim();
            if (text.Length > 0 && text.Any(char.IsLetter))
            {
                return new FailureExplainingLine(line.Number, FailureExplainingLineMatch.Shorten(text), null, null);
            }
        }
        return null;
    }

    private static int? Int(long? number) => number is { } n ? (int)Math.Clamp(n, 0, int.MaxValue) : null;
}
