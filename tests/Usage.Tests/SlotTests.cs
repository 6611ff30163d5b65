using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

public sealed class SlotTests
{
    private LedgerBook _book = LedgerBook.Empty;

    private bool Asks(string id, string repository, int priority = 0)
    {
        (_book, var admission) = Governor.Admit(_book, Request(id) with { Repository = repository, Priority = priority, Slots = 2 }, Now);
        return admission is Admitted;
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
