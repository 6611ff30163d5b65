using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Temporal.Server.Tests.Storage;
using Temporal.Server;
using Temporal.Server.Verification;
using Temporalio.Api.Enums.V1;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Server.Tests.Model;

/// <summary>
/// Random calls of clients and workers, with stale tokens, repeated requests and leaps of time: the server does what
/// <see cref="WorkflowModel"/> does. <c>MODEL_SEED</c> repeats a run.
/// </summary>
public sealed class WorkflowModelTests(ITestOutputHelper output)
{
    // So many cases see everything that can happen.
    private const int Enough = 1000;

    private static readonly EventType[] AllEvents =
    [
        EventType.WorkflowExecutionStarted,
        EventType.WorkflowTaskScheduled,
        EventType.WorkflowTaskStarted,
        EventType.WorkflowTaskCompleted,
        EventType.WorkflowTaskFailed,
        EventType.WorkflowTaskTimedOut,
        EventType.ActivityTaskScheduled,
        EventType.ActivityTaskStarted,
        EventType.ActivityTaskCompleted,
        EventType.ActivityTaskFailed,
        EventType.ActivityTaskTimedOut,
        EventType.ActivityTaskCancelRequested,
        EventType.ActivityTaskCanceled,
        EventType.TimerStarted,
        EventType.TimerFired,
        EventType.TimerCanceled,
        EventType.WorkflowExecutionSignaled,
        EventType.WorkflowExecutionCancelRequested,
        EventType.WorkflowExecutionTerminated,
        EventType.WorkflowExecutionCompleted,
        EventType.WorkflowExecutionFailed,
    ];

    [Fact]
    public Task History_SampleOfRandomCalls_DoesAsTheModel() => OnHistoryAsync(100);

    [Fact]
    [Trait("Category", "Full")]
    public Task History_RandomCalls_DoesAsTheModel() => OnHistoryAsync(10_000);

    [Fact]
    public Task Wire_SampleOfRandomCalls_DoesAsTheModel() => OnWireAsync(30);

    [Fact]
    [Trait("Category", "Full")]
    public Task Wire_RandomCalls_DoesAsTheModel() => OnWireAsync(300);

    private async Task OnHistoryAsync(int cases)
    {
        var clock = new ManualClock();
        using var parts = new ServerComposition(
            new TemporalServerOptions { TimeProvider = clock, SocketPath = "unused" },
            NullLoggerFactory.Instance,
            () => ""
        );
        parts.Start();
        await CheckAsync(cases, new InProcessCalls(parts.Table), parts, clock);
    }

    private async Task OnWireAsync(int cases)
    {
        using var folder = new EngineFolder();
        var clock = new ManualClock();
        await using (var server = await TestServer.StartAsync(folder.DatabasePath, clock))
        {
            await CheckAsync(cases, new WireCalls(server), server.Server.Parts, clock);
        }

        Assert.Empty(EngineDatabaseVerifier.Verify(folder.DatabasePath).Faults);
    }

    private async Task CheckAsync(int cases, ICalls calls, ServerComposition parts, ManualClock clock)
    {
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("MODEL_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : (ulong)System.Random.Shared.NextInt64();
        output.WriteLine(FormattableString.Invariant($"MODEL_SEED={seed}"));
        var number = 0;
        var seen = new HashSet<EventType>();
        string? difference = null;
        var property = Prop.ForAll(
            Steps.Cases,
            steps =>
            {
                // The last that fails is the smallest.
                var run = new CaseRun(calls, parts, clock, FormattableString.Invariant($"w{number++}"));
                var found = Task.Run(() => run.RunAsync(steps)).GetAwaiter().GetResult();
                seen.UnionWith(run.Events);
                difference = found ?? difference;
                return found is null;
            }
        );
        await Task.Run(() =>
            property.Check(
                Config.Quick.WithMaxTest(cases).WithReplay(new Replay(new Rnd(seed), Microsoft.FSharp.Core.FSharpOption<int>.None))
            )
        );
        Assert.True(difference is null, difference);
        Assert.True(number >= cases, $"only {number} cases were run");
        Assert.True(cases < Enough || seen.IsSupersetOf(AllEvents), $"no case came to {string.Join(", ", AllEvents.Except(seen))}");
    }
}
