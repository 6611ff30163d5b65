using Temporalio.Worker;
using Xunit;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>The order of things in workflow code, live, without a cache, and on replay.</summary>
public sealed class OrderingTests(LiveServer server) : IClassFixture<LiveServer>
{
    public static TheoryData<string, string> Expected =>
        new()
        {
            { "async method runs to its first wait", "a0 | caller | a1" },
            { "yields take turns", "a0 | b0 | a1 | b1 | a2 | b2" },
            { "started tasks run in order", "started | a0 | b0 | c0" },
            { "when all keeps the order of arguments", "slow,fast" },
            { "when any gives the first to end", "fast" },
            { "when any of ended tasks gives the first argument", "a" },
            { "when any in a loop gives each once", "a | b | c" },
            { "framework when any is in order too", "fast" },
            { "completion source resumes later", "set | resumed" },
            // .NET lets the first waiter of a task go last. A release that changes this would break running workflows that have several.
            { "completion source resumes its first waiter last", "b | c | a" },
            { "conditions resume in order of registration", "a | b | c" },
            { "a condition that the first waiter undoes keeps the second waiting", "a 0 | one more | b 0" },
            { "a condition in time cancels its timer", "True" },
            { "a condition too late gives false", "False" },
            { "mutex serves in order", "a in | a out | b in | b out | c in | c out" },
            { "mutex with a timeout gives up", "False False | True" },
            { "a cancelled waiter leaves the queue of a mutex", "gone | next" },
            { "releasing a free mutex throws", "thrown" },
            { "semaphore lets as many in as it has permits", "2 2 2" },
            { "framework semaphore works", "a in | a out | b in | b out" },
            { "channel hands items over in order", "written 0 | read 0 | written 1 | read 1 | written 2 | read 2" },
            { "cancelling throws where it is awaited", "asked | cancelled" },
            { "a linked token follows its sources", "cancelled" },
            { "a token that is cancelled already starts nothing", "timer | condition" },
            { "exceptions of parallel strands come out of when all", "a" },
            { "a failed task that nobody awaits is ignored", "on" },
            { "finally runs before the exception goes on", "finally | caught" },
            { "async iterators and disposal", "item 0 | item 1 | disposed" },
            { "async locals flow and stay apart", "a | b | none" },
            { "async locals flow into started tasks", "outer" },
            { "continuations run in order", "a | b" },
            { "value tasks behave like tasks", "7" },
            { "timers fire in order of their due times", "early | late" },
            { "time stands still between tasks", "True | True" },
            { "a scheduler of its own", "True True" },
            { "who waits for a mutex comes before who has just released it", "waiter in | waiter out | again in | again out" },
            { "a mutex that is released in finally goes to the next after an error", "released | failed | next in | next out" },
            { "two mutexes taken crosswise by cancellable waiters come free", "b gave up | a gave up | True True" },
            { "a permit goes to the first of three that wait", "release | a | release | b | release | c" },
            { "a cancelled waiter leaves the queue of a semaphore", "gone | next" },
            { "a semaphore with a timeout gives up and is then free", "False | True 0" },
            { "a condition that is true at once still lets others go first", "other | through" },
            { "a condition set up by one that has resumed is looked at in the same task", "first | third | second" },
            { "of two conditions the one whose timer fires is not the one that holds", "False | True" },
            { "a bounded channel holds its writer up", "written 0 | read 0 | read 1 | written 1 | written 2 | read 2" },
            { "two readers of one channel take turns", "a0 | b1 | a2 | b3" },
            { "a channel that is completed with an error fails its reader", "read | failed" },
            { "what was registered last with a token is told first", "last | first | b | a" },
            { "a second cancellation tells nobody", "told | True" },
            { "a registration that is gone is not told", "done" },
            { "a timer that has fired is not cancelled any more", "fired" },
            { "the losers of when any go on", "first | slow" },
            { "when any gives a task that failed", "Faulted" },
            { "of a failure and a cancellation when all throws the failure", "FormatException" },
            { "when all waits for the others after a failure", "slow | failed" },
            { "a started task gives its value and its failure", "7 | failed" },
            { "a task started within a started one comes behind those that wait", "outer | outer goes on | second | inner" },
            { "a source that asks for asynchronous continuations keeps them here", "set | resumed | True" },
            { "a source that fails throws where it is awaited", "set | caught" },
            { "a chain of thousands of tasks ends in order", "5000" },
            { "thousands of yields leave the stack flat", "5000" },
            { "a lambda in select runs to its first wait before the next one begins", "a begins | b begins | all begun | a ends | b ends" },
            { "a lazy task runs once", "made | 6" },
            { "configure await true stays", "True True" },
            { "configure await false of a task that has ended goes nowhere", "True" },
            { "an ended task is not waited for", "at once | other" },
            { "timers of the same length fire in order of their start", "a | b | c" },
            { "a delay of nothing is a timer all the same", "other | zero" },
            { "a negative delay throws", "thrown" },
            { "an async local set after a strand began is not seen by it", "strand: before | main: after" },
            { "an async local set within an awaited method does not come out", "none" },
            { "an async local is there behind a condition and a lock", "a | b" },
            { "an activity that nobody has begun is cancelled between other commands", "cancelled | timer" },
            { "await using disposes after its waits", "used | disposed | after" },
            { "an exception filter sees what a wait threw", "filtered" },
            { "a strand that fails later does not undo what was logged", "first | second" },
        };

    [Fact]
    public void Scenarios_AllButTheSignalled_HaveAnExpectation() =>
        Assert.Equal(OrderingWorkflow.Scenarios.Keys.Where(n => n != "a signal waits its turn"), Expected.Select(row => (string)row[0]));

    [Theory]
    [MemberData(nameof(Expected))]
    public async Task Scenario_LiveAndReplayed_KeepsItsOrder(string scenario, string expected) =>
        Assert.Equal($"main | {expected}", await RunAsync(scenario, maxCachedWorkflows: 100, signal: false));

    [Theory]
    [InlineData("mutex serves in order", "a in | a out | b in | b out | c in | c out")]
    [InlineData("when any in a loop gives each once", "a | b | c")]
    [InlineData("a condition in time cancels its timer", "True")]
    public async Task Scenario_WithoutCache_KeepsItsOrder(string scenario, string expected) =>
        Assert.Equal($"main | {expected}", await RunAsync(scenario, maxCachedWorkflows: 0, signal: false));

    [Fact]
    public async Task Signal_InTheFirstTask_RunsBeforeTheMainLine() =>
        Assert.Equal(
            "signal x | main | signal x ended | told",
            await RunAsync("a signal waits its turn", maxCachedWorkflows: 100, signal: true)
        );

    private async Task<string> RunAsync(string scenario, int maxCachedWorkflows, bool signal)
    {
        var log = string.Empty;
        await server.WithWorkerAsync<OrderingWorkflow>(
            async queue =>
            {
                var options = new Temporalio.Client.WorkflowOptions($"order-{Guid.NewGuid():N}", queue);
                if (signal)
                {
                    options.SignalWithStart((OrderingWorkflow w) => w.TellAsync("x"));
                }

                var handle = await server.Client.StartWorkflowAsync((OrderingWorkflow w) => w.RunAsync(scenario), options);
                var live = await Histories.ResultAsync(handle, () => handle.GetResultAsync());
                var history = await handle.FetchHistoryAsync();
                await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<OrderingWorkflow>()).ReplayWorkflowAsync(history);
                log = string.Join(" | ", live);
            },
            options => options.MaxCachedWorkflows = maxCachedWorkflows
        );
        return log;
    }
}
