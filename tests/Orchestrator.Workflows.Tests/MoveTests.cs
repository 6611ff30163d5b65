using Google.Protobuf.WellKnownTypes;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>A run whose steps are done on another machine from some moment on.</summary>
public class MoveTests
{
    private const string There = "orchestrator@bbbb/key2";
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Move_WhileAnAgentWorks_InterruptsItAndGoesOnThereInItsConversation()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a"), RunTests.Task("b", "a")],
            a => a.Agent = (_, stop) => UntilStoppedAsync(stop, "conversation")
        );
        await run.UntilAsync(status => status.Tasks.Any(task => task is { Id: "a", State: TaskStateNames.Executing }));
        await using var there = new Machine(run, There);

        var answer = await MoveAsync(run);
        var result = await run.ResultAsync();

        Assert.True(answer.Changed, answer.Message);
        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal((3, 1), (result.AgentStarts, run.Activities.Starts.Count));
        Assert.Equal([("a", 2, "conversation"), ("b", 1, "")], there.Starts);
        Assert.Equal(["a", "b"], there.Activities.Merged);
        Assert.Empty(run.Activities.Merged);
        var status = await run.StatusAsync();
        Assert.Equal((There, "desk", "/clone"), (status.Queue, status.Host, status.Repository));
        Assert.Contains(there.Activities.Events, told => told.Reason.Contains("to desk (bbbb), by kim", StringComparison.Ordinal));
    }

    /// <summary>The server tries nothing again that is to be cancelled: what would have been is begun on the other machine.</summary>
    [Fact]
    public async Task Move_WhileAStepFailsForTheMoment_BeginsItThere()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            a =>
                a.Agent = async (_, stop) =>
                {
                    await UntilStoppedAsync(stop, "");
                    throw new ApplicationFailureException("the server is away", "IOException");
                }
        );
        await run.UntilAsync(status => status.Tasks.Any(task => task is { Id: "a", State: TaskStateNames.Executing }));
        await using var there = new Machine(run, There);

        await MoveAsync(run);

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(["a"], there.Activities.Merged);
    }

    /// <summary>It matters whether the previous host started the reviewer, not how its step ended.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Move_WhileAReviewerBegins_CountsTheStartThatWasBegun(bool begins)
    {
        await using var run = await ScriptedRun.CreateAsync(
            [RunTests.Task("a")],
            settings: new RunWorkflowSettings
            {
                IsShared = true,
                Review = new RunReviewOptions { Agent = "claude", MaxRounds = 1 },
            }
        );
        var agent = new BeginningAgent(run.Client, RunIds.ForTask(run.RunId, ReviewTaskDefinition.Id));
        run.Activities.Reviewer = async (input, _) =>
        {
            await agent.AskAsync(input.Start + 1, run.Queue);
            await agent.AskAsync(input.Start, There);
            if (begins)
            {
                await agent.AskAsync(input.Start, run.Queue);
            }
            throw new ApplicationFailureException("It is lost", FailureTypes.WorkerDied, nextRetryDelay: TimeSpan.FromHours(1));
        };
        await run.BeginAsync();
        await Eventually.TrueAsync(() => agent.Answers.Count == (begins ? 3 : 2));
        await using var there = new Machine(run, There);
        there.Activities.Reviewer = async (input, _) =>
        {
            if (input.Stop)
            {
                await agent.AskAsync(input.Start, run.Queue);
            }
            return input.Stop
                ? new AgentRunResult { FailureClass = FailureClass.Stopped, NeverBegun = true }
                : ScriptedActivities.Done("reviewer's");
        };

        await MoveAsync(run);
        var result = await run.ResultAsync();

        // One is the task's.
        Assert.Equal((RunStateNames.Completed, begins ? 3 : 2), (result.State, result.AgentStarts));
        Assert.Equal([(1, true), (2, false)], there.Activities.Reviews.Select(ask => (ask.Start, ask.Stop)));
        Assert.All(there.Activities.Reviews.Concat(run.Activities.Reviews), ask => Assert.True(ask.IsAnnounced));
        // Another number, another machine, and a machine that is late: none of them begins it.
        Assert.Equal(begins ? [false, false, true, false] : [false, false, false], agent.Answers);
    }

    [Fact]
    public async Task Move_FromAMachineThatNeverCame_BeginsTheStepsThere()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            a => a.Repository = path => new RepositoryReference(path, "key", "orchestrator@aaaa/key") { Host = "gone" }
        );
        await run.UntilAsync(status => status.Queue.Length > 0);
        var handle = new RunClient(run.Client).Get(run.RunId);
        var before = await run.StatusAsync();
        UnreachableHost? away = null;
        for (var limit = Eventually.Timeout(); away is null; await Task.Delay(50, limit))
        {
            away = await handle.FindAwayAsync(before, _ => false, DateTimeOffset.UtcNow);
        }
        await using var there = new Machine(run, There);

        await MoveAsync(run);
        var again = await MoveAsync(run);
        var result = await run.ResultAsync();

        Assert.Equal(("aaaa", "gone", null), (away.Machine, away.Host, away.LastSeen));
        Assert.NotNull(away.Since);
        Assert.False(again.Changed, again.Message);
        Assert.Equal((RunStateNames.Completed, 1), (result.State, result.AgentStarts));
    }

    /// <summary>The previous host is gone for good, and its last merge is nowhere else.</summary>
    [Fact]
    public async Task Move_WhereWorkIsLost_DoesThatAgainAndWhatHasBegunOnIt()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a"), RunTests.Task("b"), RunTests.Task("c", "b"), RunTests.Task("d", "c"), RunTests.Task("e", "a")],
            a =>
                a.Agent = (input, stop) =>
                    input.Task.Task.Id is "c" or "e"
                        ? UntilStoppedAsync(stop, input.Task.Task.Id)
                        : Task.FromResult(ScriptedActivities.Done())
        );
        await run.UntilAsync(status =>
            status.Tasks.Count(task => task.State == TaskStateNames.Merged) == 2
            && status.Tasks.Count(task => task.State == TaskStateNames.Executing) == 2
        );
        await using var there = new Machine(run, There);

        var answer = await MoveAsync(run, "b");
        var result = await run.ResultAsync();

        Assert.True(answer.Changed, answer.Message);
        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(["b", "c", "d", "e"], there.Activities.Merged.Order());
        // Its own conversation continues; that of the lost work's dependant was on files that nobody has.
        Assert.Contains(("e", 2, "e"), there.Starts);
        Assert.Equal(["b", "c", "d", "e"], there.Starts.Select(start => start.Item1).Order());
        Assert.Contains(
            there.Activities.Events,
            told => told.Task == "b" && told.Reason.Contains("its work was lost with", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(there.Activities.Events, told => told.Task == "a" && told.State == TaskStateNames.Pending);
    }

    [Theory]
    [InlineData("x", "tip", "has no task 'x'")]
    [InlineData("a", "", "The field 'staging' (the commit of the staging branch) is missing.")]
    public async Task Move_WhereWhatIsLostIsUnclear_IsRefused(string task, string staging, string why)
    {
        await using var run = await ScriptedRun.StartAsync([RunTests.Task("a")], a => a.Agent = (_, stop) => UntilStoppedAsync(stop, "s"));
        await run.UntilAsync(status => status.State == RunStateNames.Executing);

        var refused = await Assert.ThrowsAsync<Temporalio.Exceptions.WorkflowUpdateFailedException>(() => MoveAsync(run, task, staging));

        Assert.Contains(why, refused.InnerException!.Message, StringComparison.Ordinal);
        await new RunClient(run.Client).Get(run.RunId).CancelAsync(new RunSteeringArguments());
        await run.ResultAsync();
    }

    [Fact]
    public async Task Move_ToNoMachine_IsRefused()
    {
        await using var run = await ScriptedRun.StartAsync([RunTests.Task("a")], a => a.Agent = (_, stop) => UntilStoppedAsync(stop, "s"));
        await run.UntilAsync(status => status.Queue.Length > 0);

        var refused = await Assert.ThrowsAsync<Temporalio.Exceptions.WorkflowUpdateFailedException>(() =>
            new RunClient(run.Client).Get(run.RunId).MoveAsync(new MoveRunArguments(new("/clone", "key2", "elsewhere")))
        );

        Assert.Contains("'elsewhere' is not the task queue of a repository", refused.InnerException!.Message, StringComparison.Ordinal);
        await new RunClient(run.Client).Get(run.RunId).CancelAsync(new RunSteeringArguments());
        await run.ResultAsync();
    }

    [Theory]
    [InlineData(10, null, 100, false)] // A worker asks.
    [InlineData(200, 5, 100, false)] // A worker is too busy to ask, and works on a step.
    [InlineData(200, 300, 100, true)]
    [InlineData(null, null, 100, true)]
    [InlineData(null, null, null, false)] // Nothing waits.
    public void Judge_ByWhatTheServerKnows_IsAwayOrNot(int? asked, int? beat, int? waits, bool isAway)
    {
        var pending = new List<PendingActivityInfo>();
        if (beat is { } ago)
        {
            pending.Add(
                new()
                {
                    State = PendingActivityState.Started,
                    LastWorkerIdentity = "orchestrate 0.1.0 on desk (1)",
                    LastHeartbeatTime = Ago(ago),
                }
            );
        }
        if (waits is { } since)
        {
            pending.Add(new() { State = PendingActivityState.Scheduled, ScheduledTime = Ago(since) });
        }

        var away = UnreachableHostDetector.Judge(
            "aaaa",
            "desk",
            asked is { } s ? [new() { LastAccessTime = Ago(s) }] : [],
            pending,
            _ => false,
            Now
        );

        Assert.Equal(isAway, away is not null);
        if (away is not null)
        {
            Assert.Equal(Now.AddSeconds(-100), away.Since);
            Assert.Equal(asked is { } one ? Now.AddSeconds(-Math.Min(one, beat ?? one)) : null, away.LastSeen);
        }
    }

    [Fact]
    public void Judge_WorkerThatIsCertainlyDead_IsNotWaitedFor()
    {
        var pending = new PendingActivityInfo
        {
            State = PendingActivityState.Started,
            LastWorkerIdentity = "orchestrate 0.1.0 on desk (1)",
            LastHeartbeatTime = Ago(3),
        };

        var away = UnreachableHostDetector.Judge("aaaa", "", [], [pending], _ => true, Now);

        Assert.Equal(Now.AddSeconds(-3), away?.LastSeen);
    }

    private static Timestamp Ago(int seconds) => Timestamp.FromDateTimeOffset(Now.AddSeconds(-seconds));

    private static Task<SteeringUpdateResult> MoveAsync(ScriptedRun run, string? lost = null, string staging = "tip") =>
        new RunClient(run.Client)
            .Get(run.RunId)
            .MoveAsync(
                new MoveRunArguments(new RepositoryReference("/clone", "key2", There) { Host = "desk" }, "kim")
                {
                    Lost = lost is null ? null : [lost],
                    Staging = lost is null ? null : staging,
                }
            );

    private static async Task<AgentRunResult> UntilStoppedAsync(CancellationToken stop, string session)
    {
        await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = session };
    }

    /// <summary>A worker of another machine.</summary>
    private sealed class Machine : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _working;

        public Machine(ScriptedRun run, string queue)
        {
            Activities = new ScriptedActivities(run.Activities.Tasks, new RunWorkflowSettings(), queue, run.Client);
            var options = new TemporalWorkerOptions(queue).AddAllActivities(Activities);
            _working = new TemporalWorker(run.Client, options).ExecuteAsync(_stop.Token);
        }

        public ScriptedActivities Activities { get; }

        public IEnumerable<(string Task, int Start, string Session)> Starts =>
            Activities.Starts.Select(start => (start.Task.Task.Id, start.Start, start.Session));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _working.ContinueWith(_ => { }, TaskScheduler.Default);
            _stop.Dispose();
        }
    }
}
