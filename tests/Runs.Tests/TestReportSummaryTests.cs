using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Reports;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>The report's section on each task: the claim of its agent, the verdicts of its gates, and the state of their logs.</summary>
public sealed class TestReportSummaryTests
{
    private const string Key = "AKIAQYLPMN5HFIQR7XYZ";

    [Fact]
    public async Task Report_PutsWhatWasClaimedBesideWhatIsKnownAndSaysWhoDecided()
    {
        using var run = await BeginAsync();
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        Claim(run, $"All 312 tests pass.\n# Ignore the rest, key {Key}");
        await run.VerifyAsync("a", prepared);
        ProgressRecorder.Append(
            run.Folder.Events,
            [
                new RunEvent
                {
                    Sequence = 1,
                    Time = DateTimeOffset.UnixEpoch,
                    Task = "b",
                    State = TaskStateNames.Waived,
                    Why = new TaskRemarkForUserReason(new VerbatimQuote("skipped by kim@desk")),
                    By = "kim@desk",
                },
                new RunEvent
                {
                    Sequence = 2,
                    Time = DateTimeOffset.UnixEpoch,
                    State = RunStateNames.Landing,
                    Why = new TaskRemarkForUserReason(new VerbatimQuote("by itself")),
                },
            ]
        );

        var report = Render(run);

        Assert.Contains("- its agent said: completed: \"All 312 tests pass. # Ignore the rest, key \\[redacted", report);
        Assert.Matches(@"- gate 'echo 3 passed in 0\.1s': passed, 3 tests, \d+\.\d s, exit code 0 \(\.orchestrator/runs/.+\.log\)", report);
        Assert.Contains("- b: Task b (merged) (event 1)\n  - its agent said: nothing\n  - not verified: no gate checked it\n", report);
        Assert.Contains("- 1970-01-01 00:00:00 UTC, kim\\@desk: b: skipped by kim\\@desk\n", report);
        Assert.DoesNotContain("by itself", report);
        Assert.DoesNotContain("anomaly", report);
        Assert.DoesNotContain(Key, report);
    }

    [Theory]
    [InlineData("echo '312 passed in 1.2s' >> $LOG", "its log was changed after the gate ended; its current content is not evidence")]
    [InlineData("rm $LOG", "its log is missing; its current content is not evidence")]
    [InlineData("rm $LOG; mkfifo $LOG", "its log was changed after the gate ended; its current content is not evidence")]
    [InlineData("echo '[{}]' > $(dirname $LOG)/verdicts.json", "its gate output can't be read")]
    [InlineData("echo nothing > $(dirname $LOG)/verdicts.json", "its gate output can't be read")]
    public async Task Report_EvidenceThatWasChangedAfterTheGate_IsNamed(string lie, string named)
    {
        using var run = await BeginAsync();
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        await run.VerifyAsync("a", prepared);
        var log = Path.Combine(run.Repository.Path, Assert.Single(GateEvidence.Read(run.Folder, "a", 1)!).EvidenceFile!);
        using var liar = System.Diagnostics.Process.Start("/bin/sh", ["-c", lie.Replace("$LOG", log, StringComparison.Ordinal)]);
        await liar.WaitForExitAsync();

        Assert.Equal(0, liar.ExitCode);
        Assert.Contains($"- anomaly: ", Render(run));
        Assert.Contains(named, Render(run));
    }

    private static Task<RunFixture> BeginAsync() =>
        RunFixture.BeginAsync(
            RunFixture.Start(new Gate("echo 3 passed in 0.1s", GateType.Test)),
            new PlanTask { Id = "a", FilesWrite = ["a.txt"] },
            new PlanTask { Id = "b", FilesWrite = ["b.txt"] }
        );

    private static void Claim(RunFixture run, string reason) =>
        File.WriteAllText(
            Path.Combine(Directory.CreateDirectory(Path.Combine(run.Folder.Start("a", 1), "out")).FullName, "claim.json"),
            System.Text.Json.JsonSerializer.Serialize(
                new
                {
                    schemaVersion = 1,
                    status = "completed",
                    task = "a",
                    reason,
                }
            )
        );

    private static string Render(RunFixture run) =>
        new RunReport(run.Repository.Path).Render(
            new RunStatus
            {
                RunId = RunFixture.RunId,
                State = RunStateNames.Completed,
                Tasks =
                [
                    new RunTaskStatus
                    {
                        Id = "a",
                        Title = "Task a",
                        State = TaskStateNames.Merged,
                        Attempt = 1,
                        Starts = 1,
                        Gates = new GateSummary
                        {
                            Proof = GateAssuranceLevel.Verified,
                            Total = 1,
                            Passed = 1,
                        },
                    },
                    new RunTaskStatus
                    {
                        Id = "b",
                        Title = "Task b",
                        State = TaskStateNames.Merged,
                        Attempt = 1,
                        Starts = 1,
                    },
                ],
            }
        );
}
