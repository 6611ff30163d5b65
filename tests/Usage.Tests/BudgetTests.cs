using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

public sealed class BudgetTests
{
    [Fact]
    public void Admit_BudgetOfTheRun_ReservesAPartOfWhatIsLeft()
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a", RunCap(30 * Dollar)) with { Share = 3 });
        var second = Assert.IsType<AgentAdmittedDecision>(book.Ask(Request("b", RunCap(30 * Dollar)) with { Share = 3 }));

        Assert.Equal(10 * Dollar, book.Of(Account).Find("a")!.GrantedMicros);
        Assert.Equal(20 * Dollar / 3, second.Reservation.GrantedMicros);
    }

    [Fact]
    public void Admit_AllIsReserved_WaitsForTheOthersAndAsksOnlyWhenItIsSpent()
    {
        var cap = RunCap(Dollar);
        var book = AccountLedgerSet.Empty.Admit(Request("a", cap));

        var wait = Assert.IsType<AgentStartDelayedDecision>(book.Ask(Request("b", cap)));
        var ask = Assert.IsType<BudgetExhaustedAdmissionDecision>(book.Settle("a", Dollar).Ask(Request("b", cap)));

        Assert.IsType<BudgetReservedStartDelayCause>(wait.Why);
        Assert.Equal(new MoneyAndTokenAmount(Dollar, 0), ask.Spent);
        Assert.Equal(cap, ask.Cap);
    }

    [Fact]
    public void Settle_LessThanWasReserved_GivesTheRestBack()
    {
        var cap = RunCap(Dollar);
        var book = AccountLedgerSet.Empty.Admit(Request("a", cap)).Settle("a", Dollar / 4);

        var next = Assert.IsType<AgentAdmittedDecision>(book.Ask(Request("b", cap)));

        Assert.Equal(3 * Dollar / 4, next.Reservation.GrantedMicros);
    }

    [Fact]
    public void Settle_Twice_IsCountedOnce()
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a", RunCap(Dollar))).Settle("a", Dollar / 2).Settle("a", Dollar / 2);

        Assert.Equal(Dollar / 2, book.SpentIn(RunScope).Micros);
    }

    [Fact]
    public void Admit_TwoAccounts_ShareTheBudgetOfTheRun()
    {
        var cap = RunCap(Dollar);
        var book = AccountLedgerSet.Empty.Admit(Request("a", cap)).Settle("a", Dollar);

        Assert.IsType<BudgetExhaustedAdmissionDecision>(book.Ask(Request("b", cap) with { Account = "api" }));
    }

    [Fact]
    public void Lose_HolderIsGone_WhatWasGrantedCountsAsSpent()
    {
        var cap = RunCap(Dollar);
        var book = AgentStartAdmitter.MarkLost(AccountLedgerSet.Empty.Admit(Request("a", cap)), Account, "a");

        var ask = Assert.IsType<BudgetExhaustedAdmissionDecision>(book.Ask(Request("b", cap)));
        Assert.Equal(Dollar, ask.Spent.Micros);
    }

    [Fact]
    public void Lift_NotMoreThanIsSpent_IsRefusedAndSaysWhatIs()
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a", RunCap(Dollar))).Settle("a", Dollar + 5);

        var (_, refusal) = BudgetEnforcer.IncreaseLimit(book, Account, RunCap(Dollar), Now);
        var (raised, none) = BudgetEnforcer.IncreaseLimit(book, Account, RunCap(2 * Dollar), Now);

        Assert.Equal("1.00 USD have already been spent, so the new limit must be higher.", refusal);
        Assert.Empty(none);
        Assert.IsType<AgentAdmittedDecision>(raised!.Ask(Request("b", RunCap(Dollar))));
    }

    [Fact]
    public void Admit_TokensAreUsedUp_AsksLikeForMoney()
    {
        BudgetCap cap = new(BudgetCapKind.Task, BudgetScopeNames.Task("repo", "run", "a"), null, 1000);
        var book = AccountLedgerSet.Empty.Admit(Request("a", cap));
        book = AgentStartAdmitter.SettleReservation(book, Account, "a", new MoneyAndTokenAmount(0, 1200), [], Now).Book;

        var ask = Assert.IsType<BudgetExhaustedAdmissionDecision>(book.Ask(Request("a2", cap)));

        Assert.Equal("the budget of the task, 1,000 tokens", WaitReasonText.Of(ask.Cap));
        Assert.Equal("1,200 tokens", WaitReasonText.Of(ask.Spent, ask.Cap));
    }

    [Fact]
    public void Report_AgentAtWork_IsSeenAndNeverLess()
    {
        var book = AccountLedgerSet.Empty.Admit(Request("a", RunCap(Dollar)));
        book = AgentStartAdmitter.Report(book, Account, "a", new MoneyAndTokenAmount(300, 5));
        book = AgentStartAdmitter.Report(book, Account, "a", new MoneyAndTokenAmount(200, 4));

        Assert.Equal(new MoneyAndTokenAmount(300, 5), book.UsedIn(RunScope));
    }
}
