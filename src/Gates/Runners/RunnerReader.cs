namespace Orchestrator.Gates.Runners;

/// <summary>The end of a gate's command, with all that tells its meaning.</summary>
internal sealed record RunnerEnd
{
    /// <summary>The output.</summary>
    public required RunnerOutput Output { get; init; }

    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>The exit code; for a signal 128 and its number, as shells report it.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The working directory; paths in the output are made relative to it.</summary>
    public required string Directory { get; init; }

    /// <summary>True if the command was stopped at its time limit.</summary>
    public bool TimedOut { get; init; }

    /// <summary>The texts of the project's manifests.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    /// <summary>True for a Python module of the project itself, or one that is to be written: its absence is no fault of the
    /// machine.</summary>
    public Func<string, bool> IsOwnModule { get; init; } = _ => false;

    /// <summary>The content of the run's report files; null: there are none.</summary>
    public ReportFacts? Report { get; init; }
}

/// <summary>The facts that a gate's run shows.</summary>
/// <param name="Kind">Its meaning.</param>
/// <param name="Counts">Its tests by result; null: none could be counted.</param>
/// <param name="Environment">The machine's fault, for <see cref="GateKind.Environment"/>; null where no named cause fits.</param>
/// <param name="Decisive">The line to show first; null: none is worth it.</param>
/// <param name="FailedTests">Names of failed tests, as the runner spells them, in order, each once; empty where it names none.</param>
internal sealed record RunnerFacts(
    GateKind Kind,
    TestCounts? Counts,
    EnvironmentCause? Environment,
    DecisiveLine? Decisive,
    IReadOnlyList<string> FailedTests
)
{
    /// <summary>The names of all failures; null: it passed, or none is named.</summary>
    public IReadOnlyList<string>? Failures { get; init; }
}

/// <summary>Reads the end of a runner of tests, builds or rules: kind, counts, cause and decisive line. Pure.</summary>
internal static class RunnerReader
{
    private const int TimeOut = 124;
    private const int Interrupt = 130;
    private const int Kill = 137;
    private const int Terminate = 143;

    /// <summary>Reads a run.</summary>
    public static RunnerFacts Read(RunnerEnd end)
    {
        var counted = end.Report?.Counted ?? end.Output.Counted;
        var ran = counted?.Ran;
        var fails = end.ExitCode != 0 || end.TimedOut || counted?.Failed > 0 || counted?.Errors > 0;
        var found = DecisiveFinder.Find(end, fails, hasRun: counted is not null && ran != 0);
        var (kind, cause) = Judge(end, fails, ran, found);
        var failed = fails ? FailedTests.Of(end) : [];
        return new RunnerFacts(
            kind,
            counted is null ? null : new TestCounts(Int(counted.Passed), Int(counted.Failed), Int(counted.Skipped), Int(counted.Errors)),
            kind == GateKind.Environment ? cause : null,
            kind == GateKind.Passed ? null : Line(end, found, kind),
            failed
        )
        {
            Failures =
                kind == GateKind.Passed ? null
                : failed.Count > 0 ? FailureNames.Of(failed.Select(test => ((string?)null, test)))
                : found is { Failures.Count: > 0 } ? found.Failures
                : null,
        };
    }

    private static readonly LinePattern Limited = @"\btimeout\b";

    private static readonly LinePattern Killed = @"\bKilled\b|\boom-kill|[Oo]ut of memory";

    private static (GateKind Kind, EnvironmentCause? Cause) Judge(RunnerEnd end, bool fails, long? ran, FoundLine? found)
    {
        if (end.TimedOut || end.ExitCode == TimeOut || (end.ExitCode is Kill or Terminate && Limited.IsMatch(end.Command)))
        {
            return (GateKind.Environment, EnvironmentCause.TimeOut);
        }
        if (!fails)
        {
            return found?.Rule.Kind is { } stated ? (stated, found.Rule.Cause)
                : found is not null ? (GateKind.Failed, null)
                : ran == 0 ? (GateKind.NoTests, null)
                : (GateKind.Passed, null);
        }
        if (end.ExitCode is Kill or Terminate or Interrupt)
        {
            return (
                GateKind.Environment,
                end.Output.Lines.TakeLast(20).Any(line => Killed.IsMatch(line.Text)) ? EnvironmentCause.OutOfMemory : null
            );
        }
        return found is not null ? OfLine(end, found)
            : LastLine(end) is { } last && EnvironmentTable.States([last.Text], out var cause) ? (GateKind.Environment, cause)
            : (ran == 0 && end.ExitCode != 0 ? GateKind.NoTests : GateKind.Failed, null);
    }

    private static (GateKind Kind, EnvironmentCause? Cause) OfLine(RunnerEnd end, FoundLine found)
    {
        var manifests = new Manifests(end.Manifests);
        var kind = found.Rule.Kind ?? GateKind.Failed;
        if (found.Group("program") is { } program && manifests.Declare(program))
        {
            return (GateKind.Environment, EnvironmentCause.MissingPackage);
        }
        if (kind == GateKind.Environment && found.Rule.Cause is { } named)
        {
            return (kind, named);
        }
        if (found.Group("option") is { } option)
        {
            return manifests.DeclareOption(option) ? (GateKind.Environment, EnvironmentCause.MissingPackage) : (kind, null);
        }
        if (found.Group("tool") is { } tool)
        {
            return end.IsOwnModule(tool) ? (kind, null) : (GateKind.Environment, EnvironmentCause.MissingPackage);
        }
        if (MissingModule(found) is { } module)
        {
            return manifests.Declare(module) ? (GateKind.Environment, EnvironmentCause.MissingPackage)
                : IsArgument(end.Command, module) ? (GateKind.Configuration, null)
                : (kind, null);
        }
        if (kind != GateKind.NoTests && found.Evidence.Count > 0)
        {
            // One test that fails for another reason makes it a verdict.
            if (EnvironmentTable.States(found.Evidence[0], out var cause) && found.Evidence.All(one => EnvironmentTable.States(one, out _)))
            {
                return (GateKind.Environment, cause);
            }
        }
        return (kind, null);
    }

    private static readonly LinePattern Missing =
        @"(?:ModuleNotFoundError|ImportError): No module named '?(?<module>[\w.]+)|Cannot find (?:module|package) '(?<module>[^']+)'";

    // "python -m unittest tests.test_nowhere" names the module itself.
    private static bool IsArgument(string command, string module) =>
        command.Split(' ').Any(word => word == module || word.StartsWith(module + ".", StringComparison.Ordinal) || IsPath(module, word));

    private static bool IsPath(string module, string word) =>
        module.StartsWith('/') && word.Contains('.', StringComparison.Ordinal) && module.EndsWith("/" + word, StringComparison.Ordinal);

    private static string? MissingModule(FoundLine found) =>
        found.Group("module") ?? (Missing.Match(found.Line.Text) is { Success: true } match ? match.Groups["module"].Value : null);

    private static DecisiveLine? Line(RunnerEnd end, FoundLine? found, GateKind kind) =>
        found is not null ? found.ToLine(end.Directory)
        : end.Report?.Failure is { } reported ? reported
        : kind is GateKind.NoTests ? null
        : LastLine(end);

    // The last words of a run that was stopped, or of a runner that is not known; dots of progress say nothing.
    private static DecisiveLine? LastLine(RunnerEnd end)
    {
        foreach (var line in end.Output.Lines.Reverse())
        {
            var text = line.Text.Trim();
            if (text.Length > 0 && text.Any(char.IsLetter))
            {
                return new DecisiveLine(line.Number, FoundLine.Short(text), null, null);
            }
        }
        return null;
    }

    private static int? Int(long? number) => number is { } n ? (int)Math.Clamp(n, 0, int.MaxValue) : null;
}
