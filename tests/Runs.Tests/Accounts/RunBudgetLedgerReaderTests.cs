using Microsoft.Extensions.Time.Testing;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Accounts;
using Orchestrator.Settings;
using Orchestrator.Usage;
using Xunit;

namespace Orchestrator.Runs.Tests.Accounts;

public sealed class RunBudgetLedgerReaderTests
{
    private const long Dollar = MicroDollars.PerDollar;
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly FakeTimeProvider Time = new(Now);

    private static RunStatus Run(string state = RunStateNames.Executing) =>
        new()
        {
            RunId = "run",
            State = state,
            Tasks =
            [
                new RunTaskStatus(
                    new TaskProgress
                    {
                        Id = "a",
                        State = TaskStateNames.Executing,
                        Attempt = 2,
                        Starts = 2,
                    }
                ),
                new RunTaskStatus(new TaskProgress { Id = "b", State = TaskStateNames.Pending }),
            ],
        };

    private static AgentStartRequest Request(string task, string account, params string[] scopes) =>
        new()
        {
            Id = $"r/run/{task}/1",
            Account = account,
            Repository = "r",
            Run = "run",
            Task = task,
            Attempt = 1,
            Holder = new AgentRunReservationHolderProcess("host", "1"),
            Caps = [.. scopes.Select(scope => new BudgetCap(BudgetCapKind.Run, scope, null))],
        };

    private static RunSpendingLimits Read(AccountLedgerSet book, BudgetSettings settings, RunStatus? run = null) =>
        RunBudgetLedgerReader.Of(run ?? Run(), "r", settings, "claude", book, Time);

    private static BudgetAmount Usd(decimal usd) => new(usd, null);

    [Fact]
    public void Of_WhatIsSpentAndWhatAgentsAtWorkUse_AddUpOverAccounts()
    {
        var (run, task) = (BudgetScopeNames.Run("r", "run"), BudgetScopeNames.Task("r", "run", "a"));
        var book = AccountLedgerSet.Empty;
        (book, _) = AgentStartAdmitter.Admit(book, Request("x", "other", run), Now);
        (book, _) = AgentStartAdmitter.SettleReservation(book, "other", "r/run/x/1", new MoneyAndTokenAmount(3 * Dollar, 500), [], Now);
        (book, _) = AgentStartAdmitter.Admit(book, Request("a", "claude", run, task), Now);
        var ledger = book.Of("claude");
        book = book.With(ledger with { Reservations = [ledger.Reservations[0] with { UsedMicros = 2 * Dollar, UsedTokens = 70 }] });

        var found = Read(book, new BudgetSettings(Task: new BudgetAmount(null, 1000), Run: Usd(10)));

        Assert.Equal(
            [
                "budget of the run: 3.00 of 10.00 USD are spent, 2.00 USD more by running agents; 5.00 USD left",
                "budget of each task: at most 1,000 tokens",
                "budget of the task a: 0 of 1,000 tokens are used, 70 tokens more by running agents; 930 tokens left",
            ],
            BudgetText.Lines(found)
        );
        Assert.Equal(0.5m, found.Budgets[0].Used);
        Assert.Equal(["claude", "other"], found.Accounts.Select(account => account.Name));
    }

    [Fact]
    public void Of_ABudgetThatAPersonHasGiven_HoldsWithAndWithoutOneOfTheSettings()
    {
        var raised = new RaisedBudgetCap(7 * Dollar, null, Now);
        var ledger = AccountLedger.Empty("claude");
        ledger = ledger with
        {
            Raised = ledger
                .Raised.SetItem(BudgetScopeNames.Run("r", "run"), raised)
                .SetItem(BudgetScopeNames.Day(new DateOnly(2026, 11, 24)), raised),
        };

        var found = Read(AccountLedgerSet.Empty.With(ledger), new BudgetSettings(Run: Usd(1)));

        Assert.Equal([7m, 7m], found.Budgets.Select(budget => budget.Budget.LimitUsd!.Value));
        Assert.Equal([BudgetKinds.Run, BudgetKinds.Day], found.Budgets.Select(budget => budget.Budget.Kind));
    }

    [Fact]
    public void Of_AnEndedRun_SaysWhatItHasCostWhileLedgersKnowIt()
    {
        var (book, _) = AgentStartAdmitter.Admit(AccountLedgerSet.Empty, Request("a", "claude", BudgetScopeNames.Run("r", "run")), Now);
        (book, _) = AgentStartAdmitter.SettleReservation(book, "claude", "r/run/a/1", new MoneyAndTokenAmount(3 * Dollar, 0), [], Now);
        var settings = new BudgetSettings(Task: Usd(1), Run: Usd(10), Day: Usd(20));

        var known = Read(book, settings, Run(RunStateNames.Completed));
        var forgotten = Read(AccountLedgerSet.Empty, settings, Run(RunStateNames.Completed));

        Assert.Equal(["budget of the run: 3.00 of 10.00 USD are spent; 7.00 USD left"], BudgetText.Lines(known));
        Assert.Empty(BudgetText.Lines(forgotten));
    }

    [Fact]
    public void Find_TheBudgetThatAnAnswerRaises_IsThatOfItsTaskOrOfAll()
    {
        var found = Read(AccountLedgerSet.Empty, new BudgetSettings(Task: Usd(1), Run: Usd(10)));

        Assert.Equal("a", found.Find(new SuggestedCommand(SuggestedCommandKinds.RaiseBudget, "run/a", BudgetKinds.Task))?.Task);
        Assert.Equal(10m, found.Find(new SuggestedCommand(SuggestedCommandKinds.RaiseBudget, "run", BudgetKinds.Run))?.Budget.LimitUsd);
        Assert.Null(found.Find(new SuggestedCommand(SuggestedCommandKinds.RaiseBudget, "run/b", BudgetKinds.Task)));
        Assert.Null(found.Find(new SuggestedCommand(SuggestedCommandKinds.Retry, "run/a", BudgetKinds.Task)));
    }
}
