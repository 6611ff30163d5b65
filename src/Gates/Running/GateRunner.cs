using Orchestrator.Gates.Runners;
using Orchestrator.Gates.Tampering;
using Orchestrator.Gates.Turns;
using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Gates.Running;

/// <summary>Runs gates. Thread-safe.</summary>
/// <param name="scheduler">Decides which gates may run.</param>
/// <param name="time">Clock for limits and durations. Default: the system's clock.</param>
public sealed class GateRunner(GateScheduler scheduler, TimeProvider? time = null)
{
    private const string RerunSuffix = ".rerun";
    private const string AloneSuffix = ".alone";

    /// <summary>
    /// Maximum number of runs of new tests, of a gate whose failed tests were all flaky in earlier runs, and of a quick gate that names no
    /// failed test and was not killed. In other cases, the maximum is one less.
    /// </summary>
    private const int MostRuns = 3;
    private const int TailBytes = 8 * 1024;
    private const int CaptureBytes = 64 * 1024;
    private const int LongestLine = 4 * 1024;
    private const long EvidenceBytes = 16L * 1024 * 1024;

    /// <summary>Maximum length of a command in bytes. Linux limits one argument to 128 KiB (MAX_ARG_STRLEN).</summary>
    private const int LongestCommand = 127 * 1024;

    private readonly ProcessRunner _processes = new(time);

    /// <summary>Maximum duration of a quick gate. Another gate run costs less than the agent run that a flaky failure causes.</summary>
    public static TimeSpan Quick { get; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Waits for the gate's turn and runs it. If a test or custom gate fails, its failed tests run alone. If they can't run alone, or pass,
    /// the whole gate reruns on the same files to detect flaky failures. A killed gate reruns as well. A gate that conflicted with another
    /// gate over a resource (<see cref="GateContendedResourceKind"/>) reruns alone, and that result counts. When this method returns, no
    /// process of the gate is running.
    /// </summary>
    /// <param name="subject">Worktree in which the gate runs.</param>
    /// <param name="evidenceFile">File for the gate's complete output and its exit status. The files of further runs have the suffixes
    /// <c>.alone</c> and <c>.rerun</c>.</param>
    /// <param name="cancellationToken">Kills the gate and throws <see cref="OperationCanceledException"/>.</param>
    public async Task<GateVerdict> RunAsync(
        Gate gate,
        GateRunContext subject,
        string evidenceFile,
        CancellationToken cancellationToken = default
    )
    {
        var command = ChangedFileNames.Fill(
            gate.Command,
            [.. subject.ChangedFiles.Where(file => File.Exists(Path.Combine(subject.Directory, file)))]
        );
        if (command is null)
        {
            return new GateVerdict
            {
                Gate = gate,
                Result = GateResult.Skipped,
                Command = gate.Command,
            };
        }
        if (!Directory.Exists(subject.Directory))
        {
            return StartFailureVerdict(gate, command, $"The directory {subject.Directory} is missing.");
        }
        if (System.Text.Encoding.UTF8.GetByteCount(command) > LongestCommand)
        {
            return StartFailureVerdict(
                gate,
                command,
                $"The command contains the names of {Plural.Of(subject.ChangedFiles.Count, "changed file")} and is longer than 127 KiB. "
                    + "Use a command that finds the files itself."
            );
        }
        using var turn = await scheduler.EnterAsync(gate, subject.Origin, cancellationToken);
        var first = await RunOnceAsync(gate, command, subject, evidenceFile, turn, cancellationToken);
        if (first.Contention != GateContendedResourceKind.None && await turn.OtherGatesRanAsync(cancellationToken))
        {
            await turn.WaitForOtherGatesAsync(cancellationToken);
            if (!await BeginsAgainAsync(subject, cancellationToken))
            {
                return first;
            }
            var alone = await RunOnceAsync(gate, command, subject, evidenceFile + RerunSuffix, turn, cancellationToken);
            return alone with
            {
                Contention = first.Contention,
                RanAlone = true,
                Runs = 2,
                Failure = alone.Result == GateResult.Passed ? GateFailure.Contention : alone.Failure,
            };
        }
        if (first.Result == GateResult.Passed && RunsTwice(gate) && !gate.Negate)
        {
            return await RepeatNewTestsAsync(first, subject, evidenceFile, turn, cancellationToken);
        }
        var wasKilled = GateResultClassifier.WasKilled(first);
        return wasKilled || (first.Failure == GateFailure.Logic && subject.RerunFailure && RunsTwice(gate))
            ? await RepeatAsync(first, subject, evidenceFile, turn, wasKilled, cancellationToken)
            : first;
    }

    /// <summary>Distinguishes flaky from real failures. If the failed tests also fail alone, the failure is real. Otherwise, the whole gate
    /// reruns.</summary>
    private async Task<GateVerdict> RepeatAsync(
        GateVerdict first,
        GateRunContext subject,
        string evidenceFile,
        GateExecutionPermit turn,
        bool wasKilled,
        CancellationToken cancellationToken
    )
    {
        var failed = first.FailedTests ?? [];
        var isDoubtful = failed.Count == 0 ? first.Duration <= Quick && !wasKilled : failed.All(subject.FlakyBefore.Contains);
        var runs = isDoubtful ? MostRuns : 2;
        if (runs == 2 && !wasKilled && await FailAloneAsync(first, subject, evidenceFile, turn, cancellationToken))
        {
            return first with { Runs = 2 };
        }
        var found = first;
        for (var run = 2; run <= runs && await BeginsAgainAsync(subject, cancellationToken); run++)
        {
            var log = evidenceFile + RerunSuffix + (run == 2 ? "" : run);
            var again = await RunOnceAsync(first.Gate, first.Command, subject, log, turn, cancellationToken);
            if (again.Result == GateResult.Passed)
            {
                return again with { Failure = GateFailure.Flaky, Runs = run, FlakyTests = first.FailedTests };
            }

            // A single kill may be caused by a machine that is short of memory. A gate that is killed each time needs too much memory.
            found =
                wasKilled && GateResultClassifier.WasKilled(again) && !again.IsProven
                    ? again with
                    {
                        Failure = GateFailure.Logic,
                        Runs = run,
                    }
                    : found with
                    {
                        Runs = run,
                        FlakyTests = FailedOnce(first, again) ?? found.FlakyTests,
                    };
        }
        return found;
    }

    /// <summary>
    /// Returns the tests that failed in only one of two failed runs. Returns null if the same tests failed in both runs. Also returns null
    /// if no test failed in both, for example because test names change.
    /// </summary>
    private static IReadOnlyList<string>? FailedOnce(GateVerdict first, GateVerdict again)
    {
        var (before, now) = (first.FailedTests ?? [], again.FailedTests ?? []);
        var both = before.Intersect(now).ToHashSet(StringComparer.Ordinal);
        return both.Count == 0 || (both.Count == before.Count && both.Count == now.Count) ? null : [.. before.Union(now).Except(both)];
    }

    /// <summary>Runs new tests alone, so that a flaky one is detected before the merge.</summary>
    /// <returns>The verdict of a run in which a new test failed, or else the first verdict.</returns>
    private async Task<GateVerdict> RepeatNewTestsAsync(
        GateVerdict passed,
        GateRunContext subject,
        string evidenceFile,
        GateExecutionPermit turn,
        CancellationToken cancellationToken
    )
    {
        if (TestSubsetCommandBuilder.Of(passed.Command, subject.NewTests, subject.Directory) is not { } alone)
        {
            return passed;
        }
        for (var run = 2; run <= MostRuns && await BeginsAgainAsync(subject, cancellationToken); run++)
        {
            var log = $"{evidenceFile}{AloneSuffix}{run}";
            var again = await RunOnceAsync(passed.Gate, alone, subject, log, turn, cancellationToken);
            if (again is { Kind: GateOutcomeKind.Failed, FailedTests: { } failed } && failed.Any(IsNew))
            {
                return again with { Runs = run, FlakyTests = failed };
            }
        }
        return passed;

        bool IsNew(string failed) => subject.NewTests.Any(name => TestNames.RefersTo(failed, name));
    }

    /// <summary>
    /// True if failed tests also fail when they run alone. A test that passes alone is not necessarily flaky, because another test may have
    /// caused its failure.
    /// </summary>
    private async Task<bool> FailAloneAsync(
        GateVerdict first,
        GateRunContext subject,
        string evidenceFile,
        GateExecutionPermit turn,
        CancellationToken cancellationToken
    )
    {
        if (
            first is not { Kind: GateOutcomeKind.Failed, FailedTests: { } failed }
            || TestSubsetCommandBuilder.Of(first.Command, failed, subject.Directory) is not { } alone
            || !await BeginsAgainAsync(subject, cancellationToken)
        )
        {
            return false;
        }
        var again = await RunOnceAsync(first.Gate, alone, subject, evidenceFile + AloneSuffix, turn, cancellationToken);
        return again is { Result: GateResult.Failed, Kind: GateOutcomeKind.Failed } && (again.FailedTests ?? []).Intersect(failed).Any();
    }

    /// <summary>
    /// Restores the files to their state before the first run, so that files left by the first run can't make a second run pass. Returns
    /// true if the gate may rerun.
    /// </summary>
    private static async Task<bool> BeginsAgainAsync(GateRunContext subject, CancellationToken cancellationToken) =>
        subject.PutBack is not { } putBack || await putBack(cancellationToken);

    // A measurement is not repeated, because its tolerance already covers variation.
    private static bool RunsTwice(Gate gate) => gate.Type is GateType.Test or GateType.Custom && !gate.IsMeasurement;

    private static GateVerdict StartFailureVerdict(Gate gate, string command, string why) =>
        new()
        {
            Gate = gate,
            Result = GateResult.CouldNotRun,
            Failure = GateFailure.Environment,
            Command = command,
            Tail = why,
        };

    private static GateVerdict Read(
        GateVerdict verdict,
        GateOutputCollector printed,
        ProcessResult result,
        GateRunContext subject,
        TestReportSummary? report
    )
    {
        var facts = GateProgramOutputClassifier.Read(
            new GateCommandResult
            {
                Output = printed,
                Command = verdict.Command,
                ExitCode = result.ExitCode,
                TimedOut = result.TimedOut,
                Directory = subject.Directory,
                Manifests = RootManifestTextReader.Of(subject.Directory),
                Report = report,
                IsOwnModule = module => GateResultClassifier.IsOwnModule(module, subject),
            }
        );
        return verdict with
        {
            Tests = RunsTwice(verdict.Gate) ? CountOf(printed.Counted, report) : null,
            Kind = facts.Kind,
            Counts = facts.Counts,
            FailedTests = facts.FailedTests.Count == 0 ? null : facts.FailedTests,
            Environment = facts.Environment,
            Decisive = facts.Decisive,
            Failures = facts.Failures,
        };
    }

    /// <summary>
    /// Classifies a failure as an environment fault only if there is proof. Proof is either a system record or the output of a gate that
    /// ran without an agent's code. A missing program or service may also be unfinished work.
    /// </summary>
    private static GateVerdict ClassifyFailure(GateVerdict verdict, GateRunContext subject, EnvironmentFaultEvidence records)
    {
        if (verdict is not { Result: GateResult.Failed, Kind: GateOutcomeKind.Environment, Gate.Negate: false })
        {
            return verdict;
        }
        var isProven = records.Show(verdict.Environment);
        var mayBeWork =
            !subject.RerunFailure
            && verdict.Environment
                is null
                    or EnvironmentCause.MissingProgram
                    or EnvironmentCause.MissingService
                    or EnvironmentCause.Permission;
        return isProven || (subject.TrustsOutput && !mayBeWork && verdict.Environment != EnvironmentCause.TimeOut)
            ? verdict with
            {
                Failure = GateFailure.Environment,
                IsProven = isProven,
            }
            : verdict;
    }

    private static TestCount? CountOf(TestTally? printed, TestReportSummary? report) =>
        Ran(report?.Counted) is { } written ? new TestCount(written.Ran, written.Skipped, Ran(printed)?.Ran, report!.Files)
        : Ran(printed) is { } said ? new TestCount(said.Ran, said.Skipped, said.Ran, [])
        : null;

    private static (int Ran, int Skipped)? Ran(TestTally? counted) =>
        counted?.Ran is { } ran ? ((int)Math.Clamp(ran, 0, int.MaxValue), (int)Math.Clamp(counted.Skipped ?? 0, 0, int.MaxValue)) : null;

    internal static string Tail(string output)
    {
        var end = output.TrimEnd();
        return end.Length <= TailBytes ? end : end[^TailBytes..];
    }

    private async Task<GateVerdict> RunOnceAsync(
        Gate gate,
        string command,
        GateRunContext subject,
        string evidenceFile,
        GateExecutionPermit turn,
        CancellationToken cancellationToken
    )
    {
        var number = gate.IsMeasurement ? new MeasurementParser() : null;
        var printed = gate.IsMeasurement ? null : new GateOutputCollector();
        using var log = LogFile.Make(evidenceFile);
        ProcessOutputTargets output = new()
        {
            CaptureLimit = CaptureBytes,
            Log = log,
            FileLimit = EvidenceBytes,
            LineLimit = LongestLine,
            OnLine = (line, _) =>
            {
                printed?.ProcessLine(line.Text, line.IsPart);
                number?.ProcessLine(line.Text, line.IsPart);
                return ValueTask.CompletedTask;
            },
        };
        var process = new ChildProcessOptions("/bin/sh", "-c", command)
        {
            WorkingDirectory = subject.Directory,
            Environment = subject.Environment.ToDictionary(pair => pair.Key, string? (pair) => pair.Value),
            CleanEnvironment = true,
            StandardOutput = output,
            // Only stdout is searched for the number, because stderr may contain warnings.
            StandardError = number is null ? output : ProcessOutputTargets.Capture(CaptureBytes),
            Timeout = gate.Limit,
            OwnSession = true,
            StopLeftovers = true,
            Mark = turn.Mark,
            Sandbox = subject.Sandbox,
        };
        var records = new EnvironmentFaultEvidence([subject.Directory, subject.TemporaryFolder ?? Path.GetTempPath()]);
        var result = await RunProcessAsync(process, subject.TemporaryFolder, cancellationToken);
        var verdict = GateResultClassifier.Judge(gate, command, result, evidenceFile);
        if (printed is not null)
        {
            var report = RunsTwice(gate) ? TestReportFileReader.Read(subject.Directory, log.Began, cancellationToken) : null;
            verdict = ClassifyFailure(Read(verdict, printed, result, subject, report), subject, records);
        }
        verdict = verdict with { Anomalies = [.. AnomaliesOf(log, result.StandardOutput)] };
        if (number is not null)
        {
            verdict = verdict.Compare(number.Value);
            var errors = result.StandardError.Text;
            log.Append(errors.Length == 0 ? "" : $"\n[stderr]\n{errors}");
        }
        log.Append(GateVerdictFormatter.LogEnd(verdict));
        return verdict;
    }

    /// <summary>
    /// Returns an anomaly if another program has changed the gate's output file. A gate often runs an agent's code, which could find this
    /// file. The verdict does not depend on the file, but users read it.
    /// </summary>
    private static IEnumerable<GateAnomaly> AnomaliesOf(LogFile log, CapturedOutput output)
    {
        if (log.WasInTheWay is { } found)
        {
            yield return new GateAnomaly(GateAnomalyKind.LogReplaced) { Files = new AbridgedFileList([found], 0) };
        }
        else if (output.TotalBytes <= EvidenceBytes && log.IsForeign(output))
        {
            yield return new GateAnomaly(GateAnomalyKind.LogForeign);
        }
    }

    /// <summary>
    /// Runs the gate and then empties its temporary folder, so that reruns and later gates start clean. Files that can't be removed remain.
    /// </summary>
    private async Task<ProcessResult> RunProcessAsync(ChildProcessOptions process, string? temporary, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> before = temporary is null ? [] : [.. Directory.EnumerateFileSystemEntries(temporary)];
        try
        {
            return await _processes.RunAsync(process, cancellationToken);
        }
        finally
        {
            _ = temporary is null || TemporaryFolders.TryEmpty(temporary, before);
        }
    }
}
