using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

public sealed class SlotTests
{
    private AccountLedgerSet _book = AccountLedgerSet.Empty;

    private bool Asks(string id, string repository, int priority = 0)
    {
        (_book, var admission) = AgentStartAdmitter.Admit(
            _book,
            Request(id) with
            {
                Repository = repository,
                Priority = priority,
                Slots = 2,
            },
            Now
        );
        return admission is AgentAdmittedDecision;
    }

    [Fact]
    public void Admit_AllSlotsInUse_WaitsAndSaysSo()
    {
        Assert.True(Asks("a1", "a"));
        Assert.True(Asks("a2", "a"));
        Assert.False(Asks("a3", "a"));

        _book = _book.Settle("a1", 0);
        Assert.True(Asks("a3", "a"));
    }

    [Fact]
    public void Admit_FreeSlot_GoesToTheRepositoryWithTheFewestAtWork()
    {
        Assert.True(Asks("a1", "a"));
        Assert.True(Asks("a2", "a"));
        Assert.False(Asks("a3", "a"));
        Assert.False(Asks("b1", "b"));

        _book = _book.Settle("a1", 0);

        Assert.False(Asks("a3", "a"));
        Assert.True(Asks("b1", "b"));
    }

    /// <summary>The machine of a holder is gone: its agent was stopped by its supervisor after half an hour.</summary>
    [Fact]
    public void Admit_HolderIsSilentForLongerThanItsAgentLives_HasTheSlotAndCountsWhatWasGranted()
    {
        var cap = RunCap(1_000);
        AgentStartRequest Of(string id) => Request(id, cap) with { Slots = 1, Share = 2, StopsAfter = TimeSpan.FromMinutes(30) };
        var book = AccountLedgerSet.Empty.Admit(Of("a"));
        book = AccountGovernorRequestHandler.Apply(book, Told("a", 100), Now.AddMinutes(20)).Book;

        var early = book.Ask(Of("b"), Now.AddMinutes(59));
        var late = AgentStartAdmitter.Admit(book, Of("b"), Now.AddMinutes(61));

        Assert.IsType<NoFreeSlotStartDelayCause>(Assert.IsType<AgentStartDelayedDecision>(early).Why);
        Assert.IsType<AgentAdmittedDecision>(late.Admission);
        Assert.True(late.Book.Of(Account).Find("a")!.IsLost);
        Assert.Equal(500, late.Book.SpentIn(RunScope).Micros);
        // The machine is back, so its reports count again, and its end replaces the grant.
        var back = AccountGovernorRequestHandler.Apply(late.Book, Told("a", 200), Now.AddMinutes(70)).Book;
        Assert.False(back.Of(Account).Find("a")!.IsLost);
        Assert.Equal(300, back.Settle("a", 300).SpentIn(RunScope).Micros);
    }

    private static AccountGovernorRequest Told(string id, long micros) =>
        new()
        {
            Account = Account,
            Id = id,
            Used = new MoneyAndTokenAmount(micros, 0),
        };

    [Fact]
    public void Admit_FreeSlot_GoesToTheHighestPriority()
    {
        Assert.True(Asks("a1", "a"));
        Assert.True(Asks("a2", "a"));
        Assert.False(Asks("b1", "b"));
        Assert.False(Asks("a3", "a", priority: 5));

        _book = _book.Settle("a1", 0);

        Assert.False(Asks("b1", "b"));
        Assert.True(Asks("a3", "a", priority: 5));
    }
}
