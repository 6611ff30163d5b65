using System.Text.Json;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class GateRegressionsTests : IDisposable
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Red_AgainstTheRunBefore_IsNewOnlyWhereItPassedThere()
    {
        Run("older", Evening.AddDays(-2), ("npm test", GateResult.Failed));
        Run("before", Evening.AddDays(-1), ("npm test", GateResult.Passed), ("npm run lint", GateResult.Failed));
        Run("later", Evening.AddDays(1), ("npm test", GateResult.Failed));
        Run("empty", Evening.AddHours(-1));
        var run = Run(
            "r",
            Evening,
            ("npm test", GateResult.Failed),
            ("npm run lint", GateResult.Failed),
            ("npm run e2e", GateResult.TimedOut)
        );

        var red = Section(run, "red").Lines;

        Assert.Equal(["newly-red", "still-red", "newly-red"], [.. red.OrderBy(line => Order(line.Text)).Select(line => line.Kind)]);
        Assert.Contains(red, line => line.Text.EndsWith("; it passed in before", StringComparison.Ordinal));
        Assert.Contains(red, line => line.Text.EndsWith("; it also failed in before", StringComparison.Ordinal) && !line.IsBad);
        Assert.Contains(red, line => line.Text.EndsWith("; before did not run this gate", StringComparison.Ordinal));
        Assert.All(red, line => Assert.Equal([2], line.Events));
    }

    [Theory]
    [InlineData(
        GateBaseCommitComparisonResult.Same,
        "still-red",
        "red before any work was done, and still red in the same way; it is only advisory"
    )]
    [InlineData(GateBaseCommitComparisonResult.Other, "newly-red", "red in another way now (new: TestNew); it is only advisory")]
    public void Red_GateThatWasRedAtTheBase_IsNewOnlyWithNewFailures(GateBaseCommitComparisonResult atBase, string kind, string said)
    {
        var run = Run("r", Evening);
        var folder = new RunFolder(_repository.Path, "r");
        GateEvidence.Add(
            folder,
            GateEvidence.Folder(folder, "a", 1),
            new GateVerdict
            {
                Gate = new Gate("go test ./...", GateType.Test),
                Command = "go test ./...",
                Result = GateResult.Failed,
                ExitCode = 1,
                BeforeWork = atBase,
                NewFailures = atBase == GateBaseCommitComparisonResult.Other ? ["TestNew"] : [],
                At = Evening.AddMinutes(5),
            }
        );

        var red = Assert.Single(Section(run, "red").Lines);

        Assert.Equal(kind, red.Kind);
        Assert.EndsWith(said, red.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Red_GateThatPassedAtTheLanding_IsNone()
    {
        var run = Run("r", Evening, ("npm test", GateResult.Failed));
        Verdict(new RunFolder(_repository.Path, "r"), new RunFolder(_repository.Path, "r").LandingEvidence, "npm test", GateResult.Passed);

        Assert.Equal("None: the last run of each gate passed.", Assert.Single(Section(run, "red").Lines).Text);
    }

    /// <summary>A task's gate is red before its work, and stays so where the task was not asked for.</summary>
    [Fact]
    public void Red_BeforeAnyWorkAndNeverRunAgain_IsNone()
    {
        var run = Run("r", Evening, ("npm test", GateResult.Passed));
        Verdict(new RunFolder(_repository.Path, "r"), new RunFolder(_repository.Path, "r").Preflight, "test -s b.txt", GateResult.Failed);

        Assert.Equal("None: the last run of each gate passed.", Assert.Single(Section(run, "red").Lines).Text);
    }

    [Fact]
    public void Tests_OfTheLastRunOfEachGate_AddUp()
    {
        var run = Run("r", Evening, ("npm test", GateResult.Passed), ("pytest", GateResult.Passed));

        var table = Section(run, "tests").Table!;

        Assert.Equal(["all", "", "24", "2"], table.Total!.Cells);
        Assert.Equal(
            [
                ["npm test", "passed", "12", "1"],
                ["pytest", "passed", "12", "1"],
            ],
            table.Rows.Select(row => row.Cells)
        );
    }

    private static int Order(string line) =>
        line.Contains("npm test", StringComparison.Ordinal) ? 0
        : line.Contains("lint", StringComparison.Ordinal) ? 1
        : 2;

    private RunReportSection Section(RunStatus run, string id) =>
        MorningReport.Of(run, _repository.Path, Evening.AddHours(9)).Sections.Single(section => section.Id == id);

    private RunStatus Run(string id, DateTimeOffset started, params (string Command, GateResult Result)[] gates)
    {
        var folder = new RunFolder(_repository.Path, id);
        var run = new RunStatus
        {
            RunId = id,
            State = RunStateNames.Completed,
            StartedAt = started,
            UpdatedAt = started.AddHours(1),
            Tasks = [new RunTaskStatus { Id = "a", State = TaskStateNames.Merged }],
        };
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(folder.Status, JsonSerializer.Serialize(run));
        ProgressRecorder.Append(
            folder.Events,
            [
                new RunEvent
                {
                    Sequence = 1,
                    Time = started,
                    State = RunStateNames.Executing,
                },
                new RunEvent
                {
                    Sequence = 2,
                    Time = started.AddMinutes(1),
                    Task = "a",
                    State = TaskStateNames.Verifying,
                },
                new RunEvent
                {
                    Sequence = 3,
                    Time = started.AddMinutes(30),
                    Task = "a",
                    State = TaskStateNames.Merged,
                },
            ]
        );
        foreach (var (command, result) in gates)
        {
            Verdict(folder, GateEvidence.Folder(folder, "a", 1), command, result, started.AddMinutes(5));
        }
        return run;
    }

    private static void Verdict(RunFolder folder, string evidence, string command, GateResult result, DateTimeOffset? at = null) =>
        GateEvidence.Add(
            folder,
            evidence,
            new GateVerdict
            {
                Gate = new Gate(command, GateType.Test),
                Command = command,
                Result = result,
                ExitCode = result == GateResult.Passed ? 0 : 1,
                Runs = 1,
                At = at ?? Evening,
                Tests = new TestCount(12, 1, null, []),
                EvidenceFile = Path.Combine(evidence, "gate.log"),
            }
        );
}
