using Orchestrator.Usage.Forecasts;
using Xunit;

namespace Orchestrator.Usage.Tests;

public sealed class UnattendedRunSimulatorTests
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);
    private static readonly TaskSimilarityKey Shape = new("", "claude/sonnet", 300);
    private static readonly PastTask[] Past = [new(Shape, 1, 3600), new(Shape, 1, 3600), new(Shape, 1, 3600)];

    [Fact]
    public void Play_TasksInOrder_EndWhenTheirAgentsDo()
    {
        var night = Play(Night(Task("a"), Task("b", 0), Task("c")));

        Assert.Equal(
            ["22:00 Starts a", "22:00 Starts c", "23:00 Ends a", "23:00 Ends c", "23:00 Starts b", "00:00 Ends b"],
            night.Steps.Select(step => $"{step.At:HH:mm} {step.Kind} {step.Task}")
        );
        Assert.Equal((3, 0, 3.0), (night.Done.Count, night.Left.Count, night.Cost));
        Assert.Equal(Evening.AddHours(2), night.End);
    }

    [Fact]
    public void Play_EndOfTheNight_StartsNothingAfterItAndLetsThoseAtWorkEnd()
    {
        var night = Play(Night(Task("a"), Task("b", 0), Task("c", 1)) with { Until = Evening.AddMinutes(90) });

        Assert.Equal("a b | c", $"{string.Join(' ', night.Done)} | {string.Join(' ', night.Left)}");
        Assert.Equal(SimulatedRunEventKind.Time, night.Steps[^1].Kind);
        Assert.Equal(Evening.AddHours(2), night.End);
    }

    /// <summary>The rules are the governor's: a budget is reserved before a start, and asked about when it is used up.</summary>
    [Fact]
    public void Play_Budget_IsNotPassed()
    {
        var plan = Night([.. Enumerable.Range(0, 10).Select(i => Task($"t{i}"))]);
        var night = Play(
            plan with
            {
                Request = plan.Request with { Caps = [new BudgetCap(BudgetCapKind.Run, "run", 4 * MicroDollars.PerDollar)], Share = 2 },
            }
        );

        Assert.Contains(night.Steps, step => step.Kind == SimulatedRunEventKind.Money);
        Assert.InRange(night.Cost, 1, 4);
        Assert.NotEmpty(night.Left);
    }

    [Fact]
    public void Play_ApprovalAtNight_KeepsItsTaskAndWhatDependsOnIt()
    {
        var night = Play(Night(Task("a"), Task("b") with { AsksFirst = true }, Task("c", 1)));

        Assert.Equal("a | b c", $"{string.Join(' ', night.Done)} | {string.Join(' ', night.Left)}");
        Assert.Equal("b", Assert.Single(night.Steps, step => step.Kind == SimulatedRunEventKind.Asks).Task);
    }

    [Fact]
    public void Play_BlockedAccount_WaitsForItsReset()
    {
        var plan = Night(Task("a"), Task("b"), Task("c"));
        var (book, _) = AgentStartAdmitter.Admit(AccountLedgerSet.Empty, plan.Request with { Id = "r/other/x/1" }, Evening);
        book = AccountBackoffCalculator.Block(
            book,
            "claude",
            "r/other/x/1",
            new("five_hour", Evening.AddHours(2), "usage_limit_reached"),
            Evening
        );

        var night = Play(plan with { Book = book });

        Assert.Equal(SimulatedRunEventKind.Waits, night.Steps[0].Kind);
        Assert.Equal(3, night.Done.Count);
        Assert.All(
            night.Steps.Where(step => step.Kind == SimulatedRunEventKind.Starts),
            step => Assert.True(step.At >= Evening.AddHours(2))
        );
        Assert.InRange(night.Steps.Count, 7, 12);
    }

    /// <summary>A limit that past agents filled by 40 % each is nearly full after two, and the third waits for its reset.</summary>
    [Fact]
    public void Play_LimitThatFills_WaitsForItsResetAndGoesOn()
    {
        var tasks = Enumerable.Range(0, 5).Select(i => i == 0 ? Task("t0") : Task($"t{i}", i - 1)).ToArray();
        var plan = Night(tasks) with { Fills = new Dictionary<string, IReadOnlyList<double>> { ["five_hour"] = [40, 40, 90] } };

        var (usual, hard) = (Play(plan), UnattendedRunSimulator.Simulate(plan, Past, 0.9));

        // It begins with the first answer, at eleven, and is reset five hours later.
        Assert.Equal(
            ["22:00", "23:00", "00:00", "04:01", "05:01"],
            usual.Steps.Where(step => step.Kind == SimulatedRunEventKind.Starts).Select(step => $"{step.At:HH:mm}")
        );
        Assert.Equal(5, usual.Done.Count);
        Assert.True(hard.End > usual.End);
    }

    [Theory]
    [InlineData(1.0, 1, 1)]
    [InlineData(0.5, 3, 1)]
    [InlineData(0.05, 3, 3)]
    public void Play_TaskThatFailedBefore_FailsByItsShare(double share, int usual, int hard)
    {
        var night = Night(Task("a"), Task("b") with { FailureShare = share }, Task("c", 1));

        SimulatedRunResult[] rehearsals =
        [
            UnattendedRunSimulator.Simulate(night, Past, 0.5),
            UnattendedRunSimulator.Simulate(night, Past, 0.9),
        ];

        Assert.Equal((usual, hard), (rehearsals[0].Done.Count, rehearsals[1].Done.Count));
        Assert.Equal(hard == 1, rehearsals[1].Steps.Any(step => step is { Kind: SimulatedRunEventKind.Fails, Task: "b" }));
        Assert.All(rehearsals, rehearsal => Assert.Equal(3, rehearsal.Done.Count + rehearsal.Left.Count));
    }

    [Fact]
    public void Play_HardNight_TakesLongerAndCostsMore()
    {
        PastTask[] past = [new(Shape, 1, 600), new(Shape, 2, 1200), new(Shape, 9, 6000)];
        var plan = Night(Task("a"));

        var (usual, hard) = (UnattendedRunSimulator.Simulate(plan, past, 0.5), UnattendedRunSimulator.Simulate(plan, past, 0.9));

        Assert.Equal((2.0, 9.0), (usual.Cost, hard.Cost));
        Assert.Equal(TimeSpan.FromSeconds(6000), hard.End - Evening);
    }

    [Fact]
    public void Play_AThousandTasks_TakesNoTimeOfOurs()
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();

        var night = Play(
            Night([.. Enumerable.Range(0, 1000).Select(i => i == 0 ? Task("t0") : Task($"t{i}", i - 1))]) with
            {
                Workers = 8,
            }
        );

        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
        // A week is the longest night.
        Assert.InRange(night.Done.Count, 160, 170);
    }

    private static SimulatedRunResult Play(UnattendedRunSimulationInput plan) => UnattendedRunSimulator.Simulate(plan, Past, 0.5);

    private static SimulatedRunTask Task(string id, params int[] after) => new(id, new ForecastTask(Shape, after), false);

    private static UnattendedRunSimulationInput Night(params SimulatedRunTask[] tasks) =>
        new()
        {
            Tasks = tasks,
            Workers = 2,
            Start = Evening,
            Book = AccountLedgerSet.Empty,
            Request = new AgentStartRequest
            {
                Id = "",
                Account = "claude",
                Repository = "r",
                Run = "night",
                Task = "",
                Holder = new AgentRunReservationHolderProcess("h", "1"),
            },
        };
}
