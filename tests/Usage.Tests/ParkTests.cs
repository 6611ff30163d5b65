using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

public sealed class ParkTests
{
    private static readonly DateTimeOffset Reset = Now.AddHours(2);

    [Fact]
    public void Admit_AfterABlock_WaitsUntilTheResetAndAMinuteWhoeverAsks()
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a")).Block("a", Reset).Settle("a", 0);

        var wait = Assert.IsType<AgentStartDelayedDecision>(book.Ask(Request("b") with { Repository = "other", Run = "another" }));

        Assert.Equal(Reset + AccountBackoffCalculator.Grace, wait.Until);
        Assert.Equal(
            "the account claude is used up (5-hour limit) until 2026-11-25 00:00Z (usage_limit_reached of a)",
            WaitReasonText.Of(wait.Why)
        );
    }

    [Fact]
    public void Admit_AdmittedBeforeTheBlockAndNotStarted_WaitsToo()
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a")).Admit(Request("b")).Block("a", Reset);

        Assert.IsType<AgentStartDelayedDecision>(book.Ask(Request("b")));
    }

    [Fact]
    public void Admit_AfterTheReset_OneTriesAndTheOthersFollowWhenItIsAnswered()
    {
        var later = Reset + AccountBackoffCalculator.Grace;
        var book = AccountLedgerSet.Empty.Admit(Request("a")).Block("a", Reset).Settle("a", 0).Admit(Request("b"), later);

        var wait = Assert.IsType<AgentStartDelayedDecision>(book.Ask(Request("c"), later));
        Assert.IsType<AccountBeingProbedStartDelayCause>(wait.Why);

        book = AccountBackoffCalculator.Works(book, Account, "b");
        Assert.IsType<AgentAdmittedDecision>(book.Ask(Request("c"), later));
    }

    [Fact]
    public void Admit_TheOneThatTriesIsRefused_WaitsLonger()
    {
        var later = Reset + AccountBackoffCalculator.Grace;
        var book = AccountLedgerSet.Empty.Admit(Request("a")).Block("a", Reset).Settle("a", 0).Admit(Request("b"), later);

        book = book.Block("b", later.AddHours(-1), later).Settle("b", 0);

        Assert.Equal(2, book.Of(Account).Park!.Blocks);
        var wait = Assert.IsType<AgentStartDelayedDecision>(book.Ask(Request("c"), later));
        Assert.Equal(later.AddMinutes(1), wait.Until);
    }

    [Fact]
    public void Block_OfAgentsThatWereAtWork_IsOneBlock()
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a")).Admit(Request("b")).Block("a", Reset).Settle("a", 0);

        book = book.Block("b", Reset.AddSeconds(-1));

        Assert.Equal(1, book.Of(Account).Park!.Blocks);
        Assert.Equal(Reset, book.Of(Account).Park!.Until);
    }

    [Theory]
    [InlineData(null, 15)]
    [InlineData(-180, 0)]
    [InlineData(780, 15)]
    public void Block_ResetThatCantBeTrue_IsTriedAgainSoon(int? minutes, int expected)
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a")).Block("a", minutes is { } set ? Now.AddMinutes(set) : null).Settle("a", 0);

        var wait = Assert.IsType<AgentStartDelayedDecision>(book.Ask(Request("b")));

        Assert.InRange(wait.Until, Now.AddMinutes(expected), Now.AddMinutes(expected + 1));
        Assert.Contains(
            "the service reported no reset time|the reset time that the service reported".Split('|'),
            text => WaitReasonText.Of(wait.Why).Contains(text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Admit_ManyWait_WakeOneAfterTheOtherThoseUnderWayFirst()
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a")).Block("a", Reset).Settle("a", 0);
        DateTimeOffset WakeOf(string id, bool isUnderWay)
        {
            (book, var admission) = AgentStartAdmitter.Admit(book, Request(id) with { IsUnderWay = isUnderWay }, Now);
            return Assert.IsType<AgentStartDelayedDecision>(admission).Until;
        }

        var begun = Enumerable.Range(0, 3).Select(i => WakeOf($"begun{i}", true)).ToList();
        var fresh = Enumerable.Range(0, 3).Select(i => WakeOf($"new{i}", false)).ToList();
        var late = Enumerable.Range(0, 100).Select(i => WakeOf($"late{i}", false)).ToList()[^1];

        Assert.Equal([0, 1, 2], begun.Select(at => (at - Reset - AccountBackoffCalculator.Grace).TotalSeconds));
        Assert.Equal([3, 4, 5], fresh.Select(at => (at - Reset - AccountBackoffCalculator.Grace).TotalSeconds));
        Assert.Equal(begun[1], WakeOf("begun1", true));
        Assert.Equal(Reset + AccountBackoffCalculator.Grace + AccountBackoffCalculator.Spread, late);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(20, 2)]
    [InlineData(600, 60)]
    [InlineData(7200, 60)]
    public void Block_KnownReset_ProbesAfterATenthOfTheWait(int wait, int grace)
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a")).Block("a", Now.AddSeconds(wait)).Settle("a", 0);

        Assert.Equal(Now.AddSeconds(wait + grace), Assert.IsType<AgentStartDelayedDecision>(book.Ask(Request("b"))).Until);
    }

    [Fact]
    public void Block_RulesOfAnEarlierVersion_ProbesAsLongAfterTheResetAsTheWaitWas()
    {
        var call = new AccountGovernorRequest
        {
            Account = Account,
            Id = "a",
            Reached = new("five_hour", Now.AddSeconds(20), "fact"),
        };

        var (book, _) = AccountGovernorRequestHandler.Apply(
            AccountLedgerSet.Empty.Admit(Request("a")),
            call,
            Now,
            AccountGovernorRuleSwitches.FairSlots
        );

        Assert.Equal(Now.AddSeconds(40), book.Of(Account).Park!.OpensAt);
    }

    [Fact]
    public void Admit_WindowNearlyFull_WaitsForItsResetAndNamesTheFact()
    {
        var (book, warns) = AccountBackoffCalculator.Observe(
            AccountLedgerSet.Empty,
            Account,
            new("seven_day", 960_000, Reset, "rate_limit_event", 800_000),
            Now
        );
        var again = AccountBackoffCalculator.Observe(
            book,
            Account,
            new("seven_day", 970_000, Reset.AddSeconds(2), "rate_limit_event", 800_000),
            Now
        );

        var wait = Assert.IsType<AgentStartDelayedDecision>(book.Ask(Request("a")));

        Assert.True(warns);
        Assert.False(again.Warns);
        Assert.Equal(
            "the account claude has used 96 % of its weekly limit, and no agent starts at 95 % or more (usage.pause_at) until "
                + "2026-11-25 00:00Z (rate_limit_event of 2026-11-24 22:00Z)",
            WaitReasonText.Of(wait.Why)
        );
        Assert.IsType<AgentAdmittedDecision>(book.Ask(Request("a"), Reset + AccountBackoffCalculator.Grace));
    }

    [Fact]
    public void Observe_ResetFarFromTheTruth_KeepsNothingFromStarting()
    {
        var (book, _) = AccountBackoffCalculator.Observe(
            AccountLedgerSet.Empty,
            Account,
            new("five_hour", 990_000, Now.AddHours(13), "rate_limit_event", 800_000),
            Now
        );

        Assert.IsType<AgentAdmittedDecision>(book.Ask(Request("a")));
    }

    [Theory]
    [InlineData("five_hour", 5, true)]
    // It has passed: the window is over, or this clock is ahead by 6 hours.
    [InlineData("five_hour", -6, true)]
    // This clock is behind, because no window of five hours resets in ten.
    [InlineData("five_hour", 10, false)]
    [InlineData("seven_day", 160, true)]
    [InlineData("seven_day_opus", 24 * 8, false)]
    [InlineData("some_new_window", 24 * 6, true)]
    [InlineData("some_new_window", 24 * 60, false)]
    public void IsPlausible_ResetThatAServiceNames_IsNotLaterThanItsWindowIsLong(string window, int hours, bool isPlausible)
    {
        var now = new DateTimeOffset(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);

        Assert.Equal(isPlausible, AccountBackoffCalculator.IsPlausible(window, now.AddHours(hours), now));
    }
}
