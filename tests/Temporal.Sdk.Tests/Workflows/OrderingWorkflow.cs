using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>Runs one of the <see cref="OrderingScenarios"/> and tells in which order things happened in it.</summary>
[Workflow]
public sealed class OrderingWorkflow
{
    /// <summary>The scenarios by name.</summary>
    internal static readonly IReadOnlyDictionary<string, Func<OrderingWorkflow, Task>> Scenarios = OrderingScenarios
        .All.Concat(LockOrderingScenarios.All)
        .Concat(TaskOrderingScenarios.All)
        .ToDictionary(StringComparer.Ordinal);

    private readonly List<string> _log = [];
    private readonly HashSet<string> _told = [];

    /// <summary>Runs a scenario.</summary>
    [WorkflowRun]
    public async Task<List<string>> RunAsync(string scenario)
    {
        _log.Add("main");
        await Scenarios[scenario](this);
        return _log;
    }

    /// <summary>Notes a signal.</summary>
    [WorkflowSignal]
    public async Task TellAsync(string text)
    {
        _log.Add($"signal {text}");
        _told.Add(text);
        await Task.Yield();
        _log.Add($"signal {text} ended");
    }

    internal void Log(string entry) => _log.Add(entry);

    internal Task ToldAsync(string text) => Workflow.WaitConditionAsync(() => _told.Contains(text));
}
