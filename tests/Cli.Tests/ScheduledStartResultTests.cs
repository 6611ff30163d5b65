using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Runs;
using Orchestrator.Client.Schedules;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The outcome of a schedule's times. Due, dispatched, started and ended are four separate facts.</summary>
public sealed class ScheduledStartResultTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_RunWhoseTaskBegan_HasAllFourTimes()
    {
        var fire = Assert.Single(
            Fires(
                Schedule([At(22)], [Start("r", At(22))]),
                ("r", Run(RunStateNames.Completed, At(23), began: At(22) + TimeSpan.FromMinutes(1)))
            )
        );

        Assert.Equal(
            (At(22), At(22) + TimeSpan.FromSeconds(1), At(22) + TimeSpan.FromMinutes(1), At(23)),
            (fire.Due, fire.Dispatched, fire.Began, fire.Ended)
        );
        Assert.StartsWith("ran: r", ScheduleFormatter.Describe(fire), StringComparison.Ordinal);
    }

    /// <summary>A run that waits for a user, failed in its checks or has no process does not count as a success.</summary>
    [Theory]
    [InlineData(RunStateNames.AwaitingApproval)]
    [InlineData(RunStateNames.Failed)]
    [InlineData(null)]
    public void Of_RunWithoutABegunTask_IsNotSaidToHaveRun(string? state)
    {
        var schedule = Schedule([At(22)], [Start("r", At(22))]);
        var fire = Assert.Single(state is null ? Fires(schedule) : Fires(schedule, ("r", Run(state, At(23), began: null))));

        Assert.Null(fire.Began);
        Assert.NotNull(fire.Dispatched);
        Assert.StartsWith("not run: r was dispatched", ScheduleFormatter.Describe(fire), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_TimeAtWhichAnEarlierRunWasOpen_NamesThatRun()
    {
        var fires = Fires(
            Schedule([At(20), At(21), At(22)], [Start("r", At(20))]),
            ("r", Run(RunStateNames.Completed, At(21) + TimeSpan.FromMinutes(30), began: At(20)))
        );

        Assert.Equal(
            [MissedScheduleStart.None, MissedScheduleStart.EarlierRunOpen, MissedScheduleStart.NothingServed],
            fires.Select(fire => fire.Missed)
        );
        Assert.Equal("r", fires[1].Because);
    }

    [Theory]
    [InlineData(5, false, MissedScheduleStart.NotYet)]
    [InlineData(5, true, MissedScheduleStart.NothingServed)]
    [InlineData(15, false, MissedScheduleStart.NothingServed)]
    public void Of_TimeThatHasJustCome_MayStillStart(int minutesAgo, bool isPaused, MissedScheduleStart expected)
    {
        var fire = Assert.Single(Fires(Schedule([Now - TimeSpan.FromMinutes(minutesAgo)], []) with { IsPaused = isPaused }));

        Assert.Equal(expected, fire.Missed);
    }

    /// <summary>Servers keep ten starts: what was before them is unknown, not missed.</summary>
    [Fact]
    public void Of_TimesBeforeTheKeptStarts_AreLeftOut()
    {
        var times = Enumerable.Range(1, 15).Select(day => new DateTimeOffset(2026, 11, day, 22, 0, 0, TimeSpan.Zero)).ToList();
        var schedule = Schedule(times, [.. times.Skip(5).Select((time, index) => Start($"r{index}", time))]);

        var fires = ScheduledStartResult.Of(schedule, _ => Run(RunStateNames.Completed, Now, Now), Now, most: 20);

        Assert.Equal(times.Skip(5), fires.Select(fire => fire.Due));
    }

    [Fact]
    public void Missed_NobodyServed_IsToldWithTheCommandThatStartsItNow()
    {
        var schedule = Schedule([At(22)], []);

        var notice = Assert.Single(MissedScheduleStartNotices.Of(schedule, Fires(schedule), Now));

        Assert.Equal((NoticeKinds.ScheduleMissed, $"fire/{At(22).ToUnixTimeSeconds()}"), (notice.Kind, notice.Key));
        Assert.Equal(
            "The schedule nightly did not run at 2026-11-23 22:00Z: no process served the engine in time, or the schedule was paused.",
            notice.Text
        );
        Assert.Equal("orchestrate schedule run-now nightly", Assert.Single(notice.Ways).Command);
        Assert.Empty(MissedScheduleStartNotices.Of(schedule with { IsPaused = true }, Fires(schedule), Now));
    }

    [Fact]
    public void Missed_ManyTimesForOneCause_IsOneFact()
    {
        var nights = Schedule([At(19), At(20), At(21), At(22)], [Start("r", At(19))]);
        var behind = MissedScheduleStartNotices.Of(nights, Fires(nights, ("r", Run(RunStateNames.Executing, At(19), began: At(19)))), Now);
        var alone = Schedule([At(20), At(21), At(22)], []);
        var unserved = MissedScheduleStartNotices.Of(alone, Fires(alone), Now);

        Assert.Equal("fire/behind/r", Assert.Single(behind).Key);
        Assert.EndsWith("r was still open (and 2 times before that).", behind[0].Text, StringComparison.Ordinal);
        Assert.EndsWith("(and 2 times before that).", Assert.Single(unserved).Text, StringComparison.Ordinal);
    }

    /// <summary>A run tells its questions and its end itself; one that stands before its first task, or that nobody took up, does
    /// not.</summary>
    [Theory]
    [InlineData(RunStateNames.Executing, true)]
    [InlineData(RunStateNames.Preparing, true)]
    [InlineData(null, true)]
    [InlineData(RunStateNames.Failed, false)]
    [InlineData(RunStateNames.AwaitingApproval, false)]
    public void Missed_DispatchedRunOfWhichNoTaskBegan_IsToldWhereTheRunDoesNot(string? state, bool isTold)
    {
        var schedule = Schedule([At(22)], [Start("r", At(22))]);
        var run = state is null
            ? null
            : Run(state, At(23), began: null) with
            {
                Questions = state == RunStateNames.AwaitingApproval ? [new RunQuestion { Id = RunQuestion.Plan, Question = "?" }] : [],
            };
        var fires = run is null ? Fires(schedule) : Fires(schedule, ("r", run));

        Assert.Equal(isTold, MissedScheduleStartNotices.Of(schedule, fires, Now).Count == 1);
        Assert.Empty(MissedScheduleStartNotices.Of(schedule, fires, At(22) + TimeSpan.FromMinutes(20)));
    }

    [Theory]
    [InlineData("mon-fri", 5)]
    [InlineData("Monday", 1)]
    [InlineData("fri-mon", 4)]
    [InlineData("sat, sun", 2)]
    [InlineData("daily", 0)]
    public void TryReadDays_Names_AreRead(string text, int count) => Assert.Equal(count, ScheduleRecurrenceRule.TryReadDays(text)?.Count);

    [Theory]
    [InlineData("")]
    [InlineData("mo")]
    [InlineData("mon-")]
    [InlineData("mon-wed-fri")]
    [InlineData("monde")]
    [InlineData("someday")]
    public void TryReadDays_OtherText_IsNone(string text) => Assert.Null(ScheduleRecurrenceRule.TryReadDays(text));

    [Fact]
    public void OddNights_ClocksChangeOverTheTime_SaysWhatTheEngineDoes()
    {
        var when = new ScheduleRecurrenceRule(new TimeOnly(2, 30), [], null, "Europe/Berlin");
        DateTimeOffset[] times =
        [
            new(2026, 3, 28, 1, 30, 0, TimeSpan.Zero),
            new(2026, 3, 30, 0, 30, 0, TimeSpan.Zero),
            new(2026, 10, 25, 0, 30, 0, TimeSpan.Zero),
            new(2026, 10, 25, 1, 30, 0, TimeSpan.Zero),
        ];

        var odd = ScheduleCreateCommand.ClockChangeWarnings(when, times);

        Assert.Equal(
            [
                "On 2026-03-29, clocks in Europe/Berlin skip 02:30, so no run starts.",
                "On 2026-10-25, clocks in Europe/Berlin show 02:30 twice, and two runs start.",
            ],
            odd
        );
        Assert.Empty(ScheduleCreateCommand.ClockChangeWarnings(when with { At = new TimeOnly(22, 0) }, times));
        Assert.Empty(ScheduleCreateCommand.ClockChangeWarnings(when with { Days = [DayOfWeek.Monday] }, times));
    }

    private static IReadOnlyList<ScheduledStartResult> Fires(RunSchedule schedule, params (string Id, RunStatus Run)[] runs) =>
        ScheduledStartResult.Of(schedule, id => runs.FirstOrDefault(run => run.Id == id).Run, Now, most: 10);

    private static DateTimeOffset At(int hour) => new(2026, 11, 23, hour, 0, 0, TimeSpan.Zero);

    private static ScheduledRunStartRecord Start(string id, DateTimeOffset due) => new(id, due, due + TimeSpan.FromSeconds(1));

    private static RunSchedule Schedule(IReadOnlyList<DateTimeOffset> due, IReadOnlyList<ScheduledRunStartRecord> starts) =>
        new()
        {
            Name = "nightly",
            When = new ScheduleRecurrenceRule(new TimeOnly(22, 0), [], null, "Etc/UTC"),
            Input = new OrchestrationInput { Repository = "/r", PlanFile = "tasks.yaml" },
            CatchUp = TimeSpan.FromMinutes(10),
            Due = due,
            Starts = starts,
        };

    private static RunStatus Run(string state, DateTimeOffset since, DateTimeOffset? began) =>
        new()
        {
            RunId = "r",
            State = state,
            Since = since,
            Tasks =
            [
                new RunTaskStatus
                {
                    Id = "a",
                    State = TaskStateNames.Pending,
                    StartedAt = began,
                },
            ],
        };
}
