using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

public sealed class ParkTests
{
    private static readonly DateTimeOffset Reset = Now.AddHours(2);

    [Fact]
    public void Admit_AfterABlock_WaitsUntilTheResetAndAMinuteWhoeverAsks()
    {
        var book = LedgerBook.Empty.Admit(Request("a")).Block("a", Reset).Settle("a", 0);

        var wait = Assert.IsType<Wait>(book.Ask(Request("b") with { Repository = "other", Run = "another" }));

        Assert.Equal(Reset + AccountBackoffs.Grace, wait.Until);
        Assert.Equal(
            "the account claude is used up (5-hour limit) until 2026-11-25 00:00Z (usage_limit_reached of a)",
            WaitReasonText.Of(wait.Why)
        );
    }

    [Fact]
    public void Admit_AdmittedBeforeTheBlockAndNotStarted_WaitsToo()
    {
        var book = LedgerBook.Empty.Admit(Request("a")).Admit(Request("b")).Block("a", Reset);

        Assert.IsType<Wait>(book.Ask(Request("b")));
    }

    [Fact]
    public void Admit_AfterTheReset_OneTriesAndTheOthersFollowWhenItIsAnswered()
    {
        var later = Reset + AccountBackoffs.Grace;
        var book = LedgerBook.Empty.Admit(Request("a")).Block("a", Reset).Settle("a", 0).Admit(Request("b"), later);

        var wait = Assert.IsType<Wait>(book.Ask(Request("c"), later));
        Assert.IsType<AccountBeingProbed>(wait.Why);

        book = AccountBackoffs.Works(book, Account, "b");
        Assert.IsType<Admitted>(book.Ask(Request("c"), later));
    }

    [Fact]
    public void Admit_TheOneThatTriesIsRefused_WaitsLonger()
    {
        var later = Reset + AccountBackoffs.Grace;
        var book = LedgerBook.Empty.Admit(Request("a")).Block("a", Reset).Settle("a", 0).Admit(Request("b"), later);

        book = book.Block("b", later.AddHours(-1), later).Settle("b", 0);

        Assert.Equal(2, book.Of(Account).Park!.Blocks);
        var wait = Assert.IsType<Wait>(book.Ask(Request("c"), later));
        Assert.Equal(later.AddMinutes(1), wait.Until);
    }

    [Fact]
    public void Block_OfAgentsThatWereAtWork_IsOneBlock()
    {
        var book = LedgerBook.Empty.Admit(Request("a")).Admit(Request("b")).Block("a", Reset).Settle("a", 0);

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
        var book = LedgerBook.Empty.Admit(Request("a")).Block("a", minutes is { } set ? Now.AddMinutes(set) : null).Settle("a", 0);

        var wait = Assert.IsType<Wait>(book.Ask(Request("b")));

        Assert.InRange(wait.Until, Now.AddMinutes(expected), Now.AddMinutes(expected + 1));
        Assert.Contains(
            "the service named no reset|the reset that the service named".Split('|'),
            text => WaitReasonText.Of(wait.Why).Contains(text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Admit_ManyWait_WakeOneAfterTheOtherThoseUnderWayFirst()
    {
        var book = LedgerBook.Empty.Admit(Request("a")).Block("a", Reset).Settle("a", 0);
        DateTimeOffset WakeOf(string id, bool isUnderWay)
        {
            (book, var admission) = Governor.Admit(book, Request(id) with { IsUnderWay = isUnderWay }, Now);
            return Assert.IsType<Wait>(admission).Until;
        }

        var begun = Enumerable.Range(0, 3).Select(i => WakeOf($"begun{i}", true)).ToList();
        var fresh = Enumerable.Range(0, 3).Select(i => WakeOf($"new{i}", false)).ToList();
        var late = Enumerable.Range(0, 100).Select(i => WakeOf($"late{i}", false)).ToList()[^1];

        Assert.Equal([0, 1, 2], begun.Select(at => (at - Reset - AccountBackoffs.Grace).TotalSeconds));
        Assert.Equal([3, 4, 5], fresh.Select(at => (at - Reset - AccountBackoffs.Grace).TotalSeconds));
        Assert.Equal(begun[1], WakeOf("begun1", true));
        Assert.Equal(Reset + AccountBackoffs.Grace + AccountBackoffs.Spread, late);
    }

    [Fact]
    public void Block_ResetIsNear_IsTriedAsLongAfterItAsTheWaitWas()
    {
        var book = LedgerBook.Empty.Admit(Request("a")).Block("a", Now.AddSeconds(20)).Settle("a", 0);

        Assert.Equal(Now.AddSeconds(40), Assert.IsType<Wait>(book.Ask(Request("b"))).Until);
    }

    [Fact]
    public void Admit_WindowNearlyFull_WaitsForItsResetAndNamesTheFact()
    {
        var (book, warns) = AccountBackoffs.Observe(
            LedgerBook.Empty,
            Account,
            "seven_day",
            960_000,
            Reset,
            "rate_limit_event",
            800_000,
            Now
        );
        var again = AccountBackoffs.Observe(book, Account, "seven_day", 970_000, Reset.AddSeconds(2), "rate_limit_event", 800_000, Now);

        var wait = Assert.IsType<Wait>(book.Ask(Request("a")));

        Assert.True(warns);
        Assert.False(again.Warns);
        Assert.Equal(
            "the account claude has used 96 % of its weekly limit, and no agent starts at 95 % or more (usage.pause_at) until "
                + "2026-11-25 00:00Z (rate_limit_event of 2026-11-24 22:00Z)",
            WaitReasonText.Of(wait.Why)
        );
        Assert.IsType<Admitted>(book.Ask(Request("a"), Reset + AccountBackoffs.Grace));
    }

    [Fact]
    public void Observe_ResetFarFromTheTruth_KeepsNothingFromStarting()
    {
        var (book, _) = AccountBackoffs.Observe(
            LedgerBook.Empty,
            Account,
            "five_hour",
            990_000,
            Now.AddHours(13),
            "rate_limit_event",
            800_000,
            Now
        );

        Assert.IsType<Admitted>(book.Ask(Request("a")));
    }
}
