using Temporalio.Activities;
using Temporalio.Workflows;

namespace Orchestrator.Benchmarks.Sdk;

/// <summary>Calls one activity, as the workflow of the same name in the reference does.</summary>
[Workflow("oneActivity")]
public sealed class OneActivity
{
    /// <summary>Gives back what it gets.</summary>
    [Activity("noop")]
    public static string Noop(string value) => value;

    /// <summary>Runs.</summary>
    [WorkflowRun]
    public Task<string> RunAsync(string value) =>
        Workflow.ExecuteActivityAsync(() => Noop(value), new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) });
}

/// <summary>Ends after so many signals.</summary>
[Workflow("countSignals")]
public sealed class CountSignals
{
    private int _seen;

    /// <summary>Runs.</summary>
    [WorkflowRun]
    public async Task<int> RunAsync(int count)
    {
        await Workflow.WaitConditionAsync(() => _seen >= count);
        return _seen;
    }

    /// <summary>Counts.</summary>
    [WorkflowSignal("poke")]
    public Task PokeAsync()
    {
        _seen++;
        return Task.CompletedTask;
    }
}
