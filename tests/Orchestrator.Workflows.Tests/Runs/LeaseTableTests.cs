using Orchestrator.Messages;
using Orchestrator.Workflows.Leases;
using Xunit;

namespace Orchestrator.Workflows.Tests.Runs;

/// <summary>Holders and waiters of leases, decided without Temporal.</summary>
public sealed class LeaseTableTests
{
    private readonly LeaseTable _table = new(new LeaseWorkflowState());

    [Fact]
    public void Join_Twice_IsOneRun()
    {
        Assert.True(_table.Join("one"));
        Assert.True(_table.Join("two"));
        Assert.False(_table.Join("one"));
        Assert.Equal(["one", "two"], _table.Runs);

        _table.RemoveRun("one");

        Assert.Equal(["two"], _table.Runs);
    }

    [Fact]
    public void Hold_SaidAgain_ReplacesWhatThatRunHolds()
    {
        _table.AddHeld("one", [Request("one", "a", writes: ["x"])]);
        _table.AddHeld("two", [Request("two", "b", writes: ["x"])]);

        _table.AddHeld("one", [Request("one", "c", writes: ["y"])]);

        Assert.Equal(["b", "c"], _table.State("q").Held.Select(held => held.TaskId));
    }

    [Theory]
    [InlineData("write", "write", true)]
    [InlineData("write", "append", true)]
    [InlineData("append", "write", true)]
    [InlineData("append", "append", false)]
    [InlineData("use", "use", true)]
    [InlineData("use", "read", true)]
    [InlineData("read", "use", true)]
    [InlineData("read", "read", false)]
    [InlineData("write", "use", false)]
    public void Ask_SomethingThatAnotherRunHolds_WaitsUnlessBothMayHaveIt(string held, string asked, bool waits)
    {
        _table.Ask(Kind("one", held));

        Assert.Equal(waits ? new WaitingForLeaseReason("x", "one/a") : null, _table.Ask(Kind("two", asked)));
    }

    [Fact]
    public void Ask_TasksOfOneRun_AreNoBusinessOfTheTable()
    {
        Assert.Null(_table.Ask(Request("one", "a", writes: ["x"])));
        Assert.Null(_table.Ask(Request("one", "b", writes: ["x"])));
        Assert.NotNull(_table.Ask(Request("two", "a", writes: ["x"])));
        Assert.Equal(["one/a", "one/b"], _table.State("q").Held.Select(held => $"{held.RunId}/{held.TaskId}"));
    }

    [Fact]
    public void Ask_AgainWhileItWaits_IsOneRequestBehindTheOthers()
    {
        _table.Ask(Request("one", "a", writes: ["x", "y"]));
        _table.Ask(Request("two", "b", writes: ["x"]));
        _table.Ask(Request("three", "c", writes: ["x"]));

        Assert.Equal(new WaitingForLeaseReason("y", "one/a"), _table.Ask(Request("two", "b", writes: ["y"])));

        Assert.Equal(["c", "b"], _table.State("q").Waiting.Select(waiting => waiting.TaskId));
        Assert.Null(_table.Ask(Request("two", "b", writes: ["z"])));
        Assert.Equal(["c"], _table.State("q").Waiting.Select(waiting => waiting.TaskId));
    }

    [Fact]
    public void Ask_OfWhoHoldsALease_LooksAtNobodyWhoWaits()
    {
        _table.Ask(Request("one", "a", writes: ["x"]));
        _table.Ask(Request("two", "b", writes: ["x", "z"]));

        Assert.Null(_table.Ask(Request("one", "a", writes: ["x", "z"])));

        Assert.Equal(["x", "z"], Assert.Single(_table.State("q").Held).Writes);
        _table.Ask(Request("three", "c", writes: ["y"]));
        Assert.Null(_table.Ask(Request("one", "a", writes: ["x", "y"])));
        Assert.Equal(["x", "z"], _table.State("q").Held[0].Writes);
    }

    [Fact]
    public void AnyWaits_OnlyWhileARequestIsNotGranted()
    {
        _table.Ask(Request("one", "a", writes: ["x"]));
        Assert.False(_table.AnyWaits);
        _table.Ask(Request("two", "b", writes: ["x"]));
        Assert.True(_table.AnyWaits);
        _table.Release("one", "a");
        Assert.False(_table.AnyWaits);
    }

    [Fact]
    public void Release_OfOneTask_LeavesTheOthersOfItsRun()
    {
        _table.Ask(Request("one", "a", writes: ["x"]));
        _table.Ask(Request("one", "b", writes: ["y"]));
        _table.Ask(Request("two", "a", writes: ["z"]));
        _table.Ask(Request("two", "c", writes: ["y"]));
        _table.Ask(Request("three", "c", writes: ["y"]));

        Assert.Empty(_table.Release("one", "a"));
        Assert.Equal(["one/b", "two/a"], _table.State("q").Held.Select(held => $"{held.RunId}/{held.TaskId}"));
        Assert.Empty(_table.Release("two", "c"));
        Assert.Equal(["three/c"], _table.State("q").Waiting.Select(waiting => $"{waiting.RunId}/{waiting.TaskId}"));
        Assert.Empty(_table.Release("three", null));
        Assert.False(_table.AnyWaits);
    }

    [Fact]
    public void Release_SeveralWait_GrantsThoseThatOvertakeNobody()
    {
        _table.Ask(Request("one", "a", writes: ["src/**"]));
        _table.Ask(Request("one", "b", writes: ["doc"]));
        _table.Ask(Request("two", "c", writes: ["src/**"]));
        _table.Ask(Request("three", "d", writes: ["src/x", "doc"]));
        _table.Ask(Request("four", "e", writes: ["doc"]));
        _table.Ask(Request("five", "f", writes: ["doc"]));

        Assert.Empty(_table.Release("one", "b"));
        Assert.Equal(["c"], _table.Release("one", "a").Select(granted => granted.TaskId));
        Assert.Equal(["d"], _table.RemoveRun("two").Select(granted => granted.TaskId));
        Assert.Equal(["e"], _table.Release("three", "d").Select(granted => granted.TaskId));
        Assert.Equal(["f"], _table.State("q").Waiting.Select(waiting => waiting.TaskId));
    }

    [Fact]
    public void State_OfATable_HasAllThatItKnows()
    {
        _table.Join("one");
        _table.Ask(Request("one", "a", writes: ["x"]));
        _table.Ask(Request("two", "b", writes: ["x"]));

        var state = new LeaseTable(_table.State("before")).State("queue");

        Assert.Equal("queue", state.Queue);
        Assert.Equal(["one"], state.Runs);
        Assert.Equal(["a"], state.Held.Select(held => held.TaskId));
        Assert.Equal(["b"], state.Waiting.Select(waiting => waiting.TaskId));
    }

    private static LeaseRequest Request(string run, string task, IReadOnlyList<string> writes) => new(run, task, writes, [], [], []);

    private static LeaseRequest Kind(string run, string kind)
    {
        IReadOnlyList<string> Of(string which) => kind == which ? ["x"] : [];
        return new LeaseRequest(run, "a", Of("write"), Of("append"), Of("use"), Of("read"));
    }
}
