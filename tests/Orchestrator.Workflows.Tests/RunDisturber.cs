using System.Linq.Expressions;
using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Disturbs a running run in ways that must not change its outcome.</summary>
/// <param name="run">The run.</param>
/// <param name="random">The source of random choices.</param>
/// <param name="tasks">Its tasks.</param>
/// <param name="say">Hears what is about to be done.</param>
internal sealed class RunDisturber(ScriptedRun run, Random random, IReadOnlyList<string> tasks, Action<string> say)
{
    private const int Kinds = 6;

    /// <summary>Resets may be among it: so many are left.</summary>
    public int Resets { get; set; }

    /// <summary>Disturbs it once.</summary>
    public async Task DisturbAsync()
    {
        try
        {
            await DisturbOnceAsync();
        }
        catch (TemporalException refused)
        {
            var now = (await run.Run.DescribeAsync()).Status;
            Assert.True(now != WorkflowExecutionStatus.Running, $"A run at work refused a command: {refused.Message}");
        }
    }

    private async Task DisturbOnceAsync()
    {
        if (Resets > 0 && random.Next(2) == 0)
        {
            Resets--;
            var toFirst = random.Next(2) == 0;
            say($"reset it to its {(toFirst ? "begin" : "last decision")}");
            await Scene.ResetAsync(run, toFirst);
            return;
        }
        var kind = random.Next(Kinds);
        say($"disturb by {kind}");
        switch (kind)
        {
            case 0:
                await run.RestartWorkersAsync();
                break;
            case 1:
                await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
                await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
                await Task.Delay(random.Next(60));
                await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
                await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
                break;
            case 2:
                var workers = random.Next(1, 5);
                await run.Run.ExecuteUpdateAsync(w => w.SetConcurrencyAsync(workers));
                break;
            case 3:
                await RepeatReportAsync(tasks[random.Next(tasks.Count)]);
                break;
            case 4:
                await BeSharedAsync();
                break;
            default:
                await Task.Delay(random.Next(100));
                break;
        }
    }

    /// <summary>Another run works in the repository for a while, so that each task needs a lease.</summary>
    private async Task BeSharedAsync()
    {
        await TellAsync(w => w.JoinAsync("ghost"));
        await Task.Delay(random.Next(200));
        await TellAsync(w => w.LeaveAsync("ghost"));

        Task TellAsync(Expression<Func<ILeaseWorkflow, Task>> signal)
        {
            var options = new WorkflowOptions(RunIds.ForLeases("key"), QueueNames.Workflows);
            options.SignalWithStart(signal);
            return run.Client.StartWorkflowAsync((ILeaseWorkflow w) => w.RunAsync(new LeaseWorkflowState { Queue = run.Queue }), options);
        }
    }

    /// <summary>Repeats the task's last report, as after a worker that died before it recorded the delivery.</summary>
    private async Task RepeatReportAsync(string task)
    {
        try
        {
            var report = await run
                .Client.GetWorkflowHandle<ITaskWorkflow, TaskReport>(RunIds.ForTask(run.RunId, task))
                .QueryAsync(w => w.Status());
            await run.Run.SignalAsync(w => w.TaskChangedAsync(report));
        }
        catch (RpcException)
        {
            // It has not begun yet, or the run has just ended.
        }
    }
}
