using Orchestrator.Messages;
using Orchestrator.Workflows.Runs;
using Xunit;

namespace Orchestrator.Workflows.Tests.Runs;

/// <summary>Detection, scope and end of outages, decided without Temporal.</summary>
public sealed class AccountAndHostOutageTrackerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(40);
    private static readonly Reason NoLogin = new AgentFailedReason(new VerbatimQuote("Not logged in."));
    private readonly AccountAndHostOutageTracker _outages = new(() => FirstPause);

    [Fact]
    public void Allow_AccountDoesNotWork_ConcernsItsTasksAlone()
    {
        Park("a", FailureClass.Account);

        var outage = Assert.Single(_outages.Open);
        Assert.Equal(("x", NoLogin, FirstPause, null), (outage.Name, outage.Why, outage.Pause, outage.Until));
        Assert.False(_outages.Allow(Task("b")));
        Assert.True(_outages.Allow(Task("c", "y")));
        Assert.False(_outages.AllowTogether(Task("a"), Task("b")));
        Assert.True(_outages.AllowTogether(Task("a"), Task("c", "y")));
        Assert.True(_outages.AllowTogether(Task("c", "y"), Task("b")));
    }

    [Fact]
    public void Allow_MachineDoesNotWork_ConcernsAllTasks()
    {
        Park("a", FailureClass.Environment);

        Assert.Equal("", Assert.Single(_outages.Open).Name);
        Assert.False(_outages.Allow(Task("c", "y")));
        Assert.False(_outages.AllowTogether(Task("a"), Task("c", "y")));
    }

    [Fact]
    public void Allow_TwoAccountsDown_EachIsProbedByATaskOfItsOwn()
    {
        Assert.True(_outages.AllowTogether(Task("a"), Task("b")));
        Park("a", FailureClass.Account);
        Park("c", FailureClass.Account, "y");
        Assert.False(_outages.AllowTogether(Task("a"), Task("b")));
        _outages.Open[0].MayStartOne = true;

        Assert.True(_outages.Allow(Task("b")));
        Assert.False(_outages.Allow(Task("d", "y")));

        _outages.Started(Task("d", "y"));
        Assert.True(_outages.Open[0].MayStartOne);
        _outages.Started(Task("b"));
        Assert.False(_outages.Open[0].MayStartOne);
        Assert.Equal(["b"], _outages.Open[0].Tries);
        Assert.Empty(_outages.Open[1].Tries);
    }

    [Fact]
    public void Told_ParkedTask_TriesWhatItWaitsForAlone()
    {
        Park("a", FailureClass.Account);
        Park("c", FailureClass.Account, "y");

        _outages.RecordProbe(Task("a"));

        Assert.Equal(["a"], _outages.Open[0].Tries);
        Assert.Empty(_outages.Open[1].Tries);
    }

    /// <summary>An agent that runs says nothing of its account before it has answered, but much of the machine.</summary>
    [Theory]
    [InlineData(TaskStateNames.Pending, false, false)]
    [InlineData(TaskStateNames.Preparing, false, false)]
    [InlineData(TaskStateNames.Executing, false, true)]
    [InlineData(TaskStateNames.Verifying, true, false)]
    [InlineData(TaskStateNames.Merging, true, false)]
    [InlineData(TaskStateNames.Merged, true, true)]
    [InlineData(TaskStateNames.Planned, true, true)]
    [InlineData(TaskStateNames.Remediating, true, true)]
    [InlineData(TaskStateNames.Blocked, true, true)]
    [InlineData(TaskStateNames.Failed, false, false)]
    public void Report_OfTheTaskThatProbes_EndsTheOutageWhereItShowsThatItWorks(string state, bool endsAccount, bool endsMachine)
    {
        Park("a", FailureClass.Account);
        Park("b", FailureClass.Environment, "y");
        _outages.Open[0].Tries.Add("a");
        _outages.Open[1].Tries.Add("a");

        _outages.Report(Task("other"), Report("other", state));
        Assert.All(_outages.Open, outage => Assert.False(outage.IsOver));
        _outages.Report(Task("a"), Report("a", state));

        Assert.Equal((endsAccount, endsMachine), (_outages.Open[0].IsOver, _outages.Open[1].IsOver));
    }

    [Fact]
    public void Report_WaitsForItsPartsOrForThePlanner_IsNoOutage()
    {
        var parked = Report("a", TaskStateNames.Parked) with { FailureClass = FailureClass.Account };

        _outages.Report(Task("a"), parked with { Progress = parked.Progress with { Parts = ["a.1"] } });
        _outages.Report(Task("a"), parked with { Progress = parked.Progress with { Asks = ApprovalKinds.Question } });
        _outages.Report(Task("a"), parked with { FailureClass = FailureClass.Gate });

        Assert.Empty(_outages.Open);
        _outages.Report(Task("a"), parked with { Progress = parked.Progress with { Asks = ApprovalKinds.File } });
        Assert.Single(_outages.Open);
    }

    [Fact]
    public void Report_ParkedAgain_IsTheSameOutageAndCountsWhereItWasATrial()
    {
        Park("a", FailureClass.Account);
        Park("b", FailureClass.Account);
        Assert.Equal(0, Assert.Single(_outages.Open).Failures);

        _outages.RecordProbe(Task("a"));
        Park("a", FailureClass.Account);

        Assert.Equal(1, Assert.Single(_outages.Open).Failures);
    }

    [Fact]
    public void Report_UsageLimit_LastsUntilTheLatestReset()
    {
        Park("a", FailureClass.UsageLimit, until: Now.AddHours(1));
        Park("b", FailureClass.UsageLimit, until: Now.AddHours(3));
        Park("c", FailureClass.UsageLimit, until: Now.AddHours(2));
        Park("d", FailureClass.UsageLimit);

        Assert.Equal(Now.AddHours(3), Assert.Single(_outages.Open).Until);
    }

    /// <summary>
    /// A task that another agent may continue learns of the limit at its start; waiting does not help an account that does not work.
    /// </summary>
    [Fact]
    public void Allow_UsageLimit_HoldsNoTaskThatMayBeRelayed()
    {
        var relayed = Task("b") with { Relays = [new RelayAgentCandidate("y", TimeSpan.FromHours(1))] };
        Park("a", FailureClass.UsageLimit, until: Now.AddHours(5));

        Assert.False(_outages.Allow(Task("c")));
        Assert.True(_outages.Allow(relayed));
        Assert.True(_outages.AllowTogether(relayed, relayed with { Id = "d" }));

        Park("e", FailureClass.Account);
        Assert.False(_outages.Allow(relayed));
    }

    [Fact]
    public void Report_LimitAndThenNoLogin_AreTwoThingsOfOneAccount()
    {
        Park("a", FailureClass.UsageLimit, until: Now.AddHours(1));
        Park("b", FailureClass.Account, until: Now.AddHours(9));

        Assert.Equal([Now.AddHours(1), null], _outages.Open.Select(outage => outage.Until));
    }

    [Fact]
    public void Report_NoLoginAndThenLimit_IsTriedAsBefore()
    {
        Park("a", FailureClass.Account);
        Park("b", FailureClass.UsageLimit, until: Now.AddHours(1));

        Assert.Null(Assert.Single(_outages.Open).Until);
    }

    [Fact]
    public void Failed_ThreeTasksAlikeWithinTheWindow_AreAnOutage()
    {
        Assert.Empty(Fail("a", Now));
        Assert.Empty(Fail("b", Now.AddMinutes(5)));
        Assert.Empty(_outages.Open);

        Assert.Equal(["a", "b", "c"], Fail("c", Now.AddMinutes(10)));

        var outage = Assert.Single(_outages.Open);
        Assert.Equal(("x", "exit 1", new TasksFailedAlikeReason(3, NoLogin)), (outage.Name, outage.Signature, outage.Why));
    }

    [Fact]
    public void Failed_AfterTheOutageBegan_IsPutBackToo()
    {
        foreach (var id in (string[])["a", "b", "c"])
        {
            Fail(id, Now);
        }

        Assert.Equal(["d"], Fail("d", Now));
        Assert.Empty(Fail("e", Now, signature: "exit 2"));
        Assert.Equal(0, _outages.Open[0].Failures);
        _outages.RecordProbe(Task("e"));
        Assert.Equal(["e"], Fail("e", Now, signature: "exit 2"));
        Assert.Equal(1, Assert.Single(_outages.Open).Failures);
    }

    [Fact]
    public void Failed_OfAnOutageThatIsThere_IsPutBackWithoutASecondOne()
    {
        Park("z", FailureClass.Account);
        Fail("a", Now);
        Fail("b", Now);

        Assert.Equal(["a", "b", "c"], Fail("c", Now));

        Assert.Equal("", Assert.Single(_outages.Open).Signature);
        Assert.Empty(Fail("d", Now));
    }

    [Fact]
    public void Failed_WhileALimitHolds_CountsAsUsual()
    {
        Park("z", FailureClass.UsageLimit, until: Now.AddHours(1));
        _outages.RecordProbe(Task("a"));

        Assert.Empty(Fail("a", Now));
    }

    [Fact]
    public void Failed_LongAgoOrTwiceOrOtherwiseOrSettled_DoesNotCount()
    {
        Fail("a", Now);
        Fail("b", Now.AddMinutes(1));
        Assert.Empty(Fail("b", Now.AddMinutes(2)));
        Assert.Empty(Fail("c", Now.AddMinutes(3), signature: "exit 2"));
        Assert.Empty(Fail("d", Now.AddMinutes(10).AddSeconds(1)));
        Assert.Empty(Fail("e", Now.AddMinutes(11), isSettled: id => id == "b"));
        foreach (var id in (string[])["f1", "f2", "f3"])
        {
            Assert.Empty(Fail(id, Now.AddMinutes(11), signature: ""));
        }

        Assert.Equal(["d", "e", "g"], Fail("g", Now.AddMinutes(11)));
    }

    [Fact]
    public void Checkpoint_OfOutages_RestoresThem()
    {
        Park("a", FailureClass.UsageLimit, until: Now.AddHours(1));
        Park("b", FailureClass.Environment);
        _outages.Open[1].PauseLonger();
        var later = new AccountAndHostOutageTracker(() => TimeSpan.Zero);

        later.Restore(_outages.ToCheckpoint());

        Assert.Equal(_outages.ToCheckpoint(), later.ToCheckpoint());
        Assert.Equal(
            [new OutageCheckpoint("x", NoLogin, FirstPause, Now.AddHours(1)), new OutageCheckpoint("", NoLogin, FirstPause * 2, null)],
            later.ToCheckpoint()
        );
    }

    [Fact]
    public void Describe_AllOutages_HasASentenceForEach()
    {
        Assert.Equal("", _outages.Describe());

        Park("a", FailureClass.Account);
        Park("b", FailureClass.Environment);

        var why = StatusReasonFormatter.Of(NoLogin).TrimEnd('.');
        Assert.Equal($"{StatusReasonFormatter.NameOf("x")}: {why}. {StatusReasonFormatter.NameOf("")}: {why}.", _outages.Describe());
    }

    [Theory]
    [InlineData(TaskStateNames.Parked, FailureClass.Environment, "")]
    [InlineData(TaskStateNames.Parked, FailureClass.Account, "x")]
    [InlineData(TaskStateNames.Parked, FailureClass.UsageLimit, "x")]
    [InlineData(TaskStateNames.Parked, FailureClass.Gate, null)]
    [InlineData(TaskStateNames.Executing, FailureClass.Account, null)]
    public void Of_Report_NamesWhatAParkedTaskWaitsFor(string state, FailureClass failure, string? expected) =>
        Assert.Equal(expected, AccountAndHostOutageTracker.Of(Task("a"), Report("a", state) with { FailureClass = failure }));

    private static TaskOutline Task(string id, string account = "x") => new() { Id = id, Account = account };

    private static TaskReport Report(string id, string state) =>
        new()
        {
            Progress = new TaskProgress
            {
                Id = id,
                State = state,
                Why = NoLogin,
            },
            ExecutionId = id,
            Sequence = 1,
        };

    private void Park(string id, FailureClass failure, string account = "x", DateTimeOffset? until = null) =>
        _outages.Report(Task(id, account), Report(id, TaskStateNames.Parked) with { FailureClass = failure, ResetAt = until });

    private IReadOnlyList<string> Fail(string id, DateTimeOffset now, string signature = "exit 1", Func<string, bool>? isSettled = null) =>
        _outages.Failed(Task(id), signature, NoLogin, now, isSettled ?? (_ => false));
}
