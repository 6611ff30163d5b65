using Orchestrator.Agents;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Reports;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>The orchestrator measures a task's figures itself and shows the agent's claim beside them.</summary>
public sealed class MeasurementStepsTests
{
    private static readonly Gate Speed = new("cat speed.txt", Description: "speed") { Expect = ">= 1.5", Tolerance = 0.1m };

    [Theory]
    [InlineData("2.0", true, "speed: measured 2.0, expected >= 1.5, 10% tolerance")]
    [InlineData("1.35", true, "speed: measured 1.35, expected >= 1.5, 10% tolerance")]
    [InlineData("1.34", false, "speed: missed, measured 1.34, expected >= 1.5, 10% tolerance")]
    [InlineData("as fast as can be", false, "speed: missed, measured nothing, expected >= 1.5, 10% tolerance")]
    public async Task Verify_MeasuredNumber_DecidesAboutTheTask(string printed, bool isMet, string figure)
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Measured(Speed));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "speed.txt", printed + "\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(isMet, work.Problems.Count == 0);
        Assert.Equal(isMet ? "2/2" : "1/2", GateVerdictFormatter.Count(work.Gates));
        Assert.Equal(figure, Assert.Single(work.Measurements!).ToString());
    }

    [Fact]
    public async Task Verify_MissedMeasurement_IsMadeOnce()
    {
        var slow = Speed with { Command = "echo 1 >> \"$HOME/measured\"; cat speed.txt" };
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Measured(slow));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "speed.txt", "1.2\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Single(work.Problems);
        Assert.Single(await File.ReadAllLinesAsync(run.Repository.Beside("home/measured")));
    }

    [Fact]
    public async Task Verify_AgentClaimsMoreThanWeMeasure_IsToldBothAndTheReportSaysSo()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Measured(Speed));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "speed.txt", "1.2\n");
        Claim(run, new ClaimedMeasurement("Speed", 9.5m), new ClaimedMeasurement("size", 3m));

        var work = await run.VerifyAsync("a", prepared);

        var problem = Assert.Single(work.Problems);
        const string Figures = "Missed: expected >= 1.5, 10% tolerance; measured 1.2; its agent said 9.5.";
        Assert.StartsWith($"Measurement failed: speed. {Figures} See .orchestrator/", problem, StringComparison.Ordinal);
        var told = await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, work.ProblemsFile));
        Assert.Contains($"## Measurement failed: speed\n\nCommand: `cat speed.txt`\n{Figures}", told, StringComparison.Ordinal);
        Assert.Equal(new TaskMeasurement("speed", ">= 1.5, 10% tolerance", 1.2m, 9.5m, false), Assert.Single(work.Measurements!));
        var report = new RunReport(run.Repository.Path).Render(
            new RunStatus
            {
                RunId = RunFixture.RunId,
                State = RunStateNames.Executing,
                Tasks =
                [
                    new RunTaskStatus
                    {
                        Id = "a",
                        State = TaskStateNames.Remediating,
                        Starts = 1,
                        Measurements = work.Measurements,
                    },
                ],
            }
        );
        Assert.Contains(
            "measured speed: 1.2 (missed), expected \\>= 1.5, 10% tolerance; its agent said 9.5",
            report,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Verify_ClaimOfWhatNobodyMeasures_IsNamed()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Measured(Speed));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "speed.txt", "2\n");
        Claim(run, new ClaimedMeasurement("size", 3m));

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains("its agent claims 'size' = 3, which is not measured", work.Notes);
    }

    [Theory]
    [InlineData("echo 9; echo no data >&2; exit 4", "The measurement 'speed' ended with exit code 4")]
    [InlineData("echo 9; sleep 60", "The measurement was stopped, because it took longer than 1 s.")]
    public async Task Verify_MeasurementThatFailsOrHangs_SendsTheTaskBack(string command, string words)
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("true")),
            Measured(Speed with { Command = command, Timeout = TimeSpan.FromSeconds(1) })
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "speed.txt", "2\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains(words, Assert.Single(work.Problems), StringComparison.Ordinal);
        Assert.Null(Assert.Single(work.Measurements!).Measured);
    }

    [Fact]
    public async Task Verify_OptionalMeasurementMissed_IsOnlyReported()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Measured(Speed with { Required = false }));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "speed.txt", "1\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Contains("gate 'speed': it is only advisory, but: Missed: expected >= 1.5, 10% tolerance; measured 1.", work.Notes);
    }

    [Fact]
    public async Task Measurement_SameTreeAgain_IsMeasuredAgainAndNotAtTheMerge()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Measured(Speed));
        var ran = run.Repository.Beside("ran.txt");
        using var counted = await RunFixture.BeginAsync(
            run.Repository,
            RunFixture.Start(new Gate("true")),
            "run-test-000002",
            Measured(Speed with { Command = $"echo x >> '{ran}'; cat speed.txt" })
        );
        var prepared = await counted.PrepareAsync("a");
        counted.Write(prepared, "speed.txt", "2\n");
        Assert.False(File.Exists(ran)); // Nothing is measured at the base.

        await counted.VerifyAsync("a", prepared);
        var again = await counted.VerifyAsync("a", prepared);

        Assert.Equal("2/2 (1 from the cache)", GateVerdictFormatter.Count(again.Gates));
        Assert.Equal(2, File.ReadAllLines(ran).Length);
        Assert.True((await counted.MergeAsync("a", again.Commit)).Merged);
        Assert.Equal(2, File.ReadAllLines(ran).Length);
    }

    [Fact]
    public async Task Prompt_TaskWithMeasurements_SaysWhatIsMeasuredAndHowToSayWhatWasFound()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Measured(Speed));

        var prompt = run.PromptOf("a");

        Assert.Contains("- speed: `cat speed.txt` must give >= 1.5, 10% tolerance\n", prompt, StringComparison.Ordinal);
        Assert.Contains("`--measured \"speed=NUMBER\"`", prompt, StringComparison.Ordinal);
    }

    private static PlanTask Measured(Gate measurement) => Task("a", "speed.txt") with { Measurements = [measurement] };

    private static void Claim(RunFixture run, params ClaimedMeasurement[] measured)
    {
        var folder = Directory.CreateDirectory(run.Folder.Start("a", 1)).FullName;
        new AgentOutcomeClaim
        {
            Task = "a",
            Status = "completed",
            Measured = measured,
        }.Write(folder);
    }
}
