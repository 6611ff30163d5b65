using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Worker;

namespace Orchestrator.Workflows.Tests;

/// <summary>A worker of another machine, or of the run's own, which offers places for tasks.</summary>
internal sealed class ScriptedHost : IAsyncDisposable
{
    /// <summary>The queue name that all clones of the repository share.</summary>
    public const string Places = "places";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _working = [];

    public ScriptedHost(
        ScriptedRun run,
        string queue,
        bool offers = true,
        string? label = null,
        int slots = 100,
        ITemporalClient? client = null
    )
    {
        client ??= run.Client;
        Activities = queue == run.Queue ? run.Activities : new(run.Activities.Tasks, new RunWorkflowSettings(), queue, client);
        if (queue != run.Queue)
        {
            _working.Add(WorkAsync(client, queue, 100, Activities, _stop.Token));
        }
        if (offers)
        {
            _working.Add(WorkAsync(client, QueueNames.ForPlaces(Places, label), slots, Activities, _stop.Token));
        }
    }

    public ScriptedActivities Activities { get; }

    /// <summary>The host's changes to slots.</summary>
    public IEnumerable<string> Placing => Activities.Placing;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Activities.StopReading();
        await Task.WhenAll(_working).ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private static Task WorkAsync(ITemporalClient client, string queue, int slots, ScriptedActivities activities, CancellationToken stop) =>
        new TemporalWorker(
            client,
            new TemporalWorkerOptions(queue)
            {
                MaxConcurrentActivities = slots,
                MaxConcurrentActivityTaskPolls = 1,
                MaxHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(200),
                DefaultHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(200),
            }.AddAllActivities(activities)
        ).ExecuteAsync(stop);
}
