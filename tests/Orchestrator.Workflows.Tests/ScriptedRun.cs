using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>The workflows on a real server, with activities that do what the test says instead of touching a repository.</summary>
internal sealed class ScriptedRun : IAsyncDisposable
{
    private readonly EmbeddedEnvironment? _environment;
    private readonly string _queue;
    private CancellationTokenSource _stop = new();
    private Task _working = Task.CompletedTask;

    private ScriptedRun(EmbeddedEnvironment? environment, ITemporalClient client, ScriptedActivities activities, string queue)
    {
        _queue = queue;
        _environment = environment;
        Client = client;
        Activities = activities;
    }

    /// <summary>Queue of the activities.</summary>
    public string Queue => _queue;

    public ITemporalClient Client { get; }

    /// <summary>Versions of a worker deployment, each with a worker of its own for workflows.</summary>
    /// <value>Default: one worker without a version.</value>
    public IReadOnlyList<WorkerDeploymentVersion?> Builds { get; set; } = [null];

    public ScriptedActivities Activities { get; }

    public string RunId { get; set; } = $"run-test-{Guid.NewGuid():n}"[..18];

    public WorkflowHandle<IOrchestrationWorkflow, RunResult> Run => Client.GetWorkflowHandle<IOrchestrationWorkflow, RunResult>(RunId);

    /// <summary>Starts a server (or uses the one of <c>TEMPORAL_ADDRESS</c>), a worker and the run.</summary>
    public static async Task<ScriptedRun> StartAsync(
        IReadOnlyList<TaskOutline> tasks,
        Action<ScriptedActivities>? script = null,
        RunWorkflowSettings? settings = null,
        IPayloadCodec? codec = null
    )
    {
        var run = await CreateAsync(tasks, script, settings, codec);
        await run.BeginAsync();
        return run;
    }

    public static async Task<ScriptedRun> CreateAsync(
        IReadOnlyList<TaskOutline> tasks,
        Action<ScriptedActivities>? script = null,
        RunWorkflowSettings? settings = null,
        IPayloadCodec? codec = null,
        bool skipsTime = false,
        TimeProvider? clock = null
    )
    {
        var options = new TemporalClientConnectOptions { DataConverter = DataConverter.Default with { PayloadCodec = codec } };
        var address = Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS");
        var environment = address is null ? await EmbeddedEnvironment.StartAsync(options, skipsTime, clock) : null;
        options.TargetHost = address;
        var client = PayloadJsonOptions.Speaking(environment?.Client ?? await TemporalClient.ConnectAsync(options));
        var queue = $"scripted-{Guid.NewGuid():n}";
        var activities = new ScriptedActivities(
            tasks,
            settings
                ?? new RunWorkflowSettings
                {
                    Workers = 3,
                    Queue = new MergeQueueBatchOptions(),
                    Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
                },
            queue,
            client
        );
        script?.Invoke(activities);
        var run = new ScriptedRun(environment, client, activities, queue);
        run.Work();
        return run;
    }

    /// <summary>Skips the given time. The run must have been created with time skipping.</summary>
    public Task SkipAsync(TimeSpan time) => _environment!.DelayAsync(time).WaitAsync(Eventually.Limit);

    /// <summary>The workers end, and others that know nothing take their place.</summary>
    public async Task RestartWorkersAsync()
    {
        await StopWorkersAsync();
        Work();
    }

    public Task BeginAsync(OrchestrationInput? input = null, string? id = null) =>
        Client.StartWorkflowAsync(
            (IOrchestrationWorkflow w) =>
                w.RunAsync(input ?? new OrchestrationInput { Repository = "/repository", PlanFile = "tasks.yaml" }, null),
            new WorkflowOptions(id ?? RunId, QueueNames.Workflows)
        );

    public Task<RunStatus> StatusAsync() => new RunClient(Client).Get(RunId).StatusAsync();

    /// <summary>Waits until so much work is in the merge train, what is being merged with it: the run knows of it before.</summary>
    public async Task UntilInTrainAsync(int count)
    {
        await UntilAsync(status => status.Tasks.Count(task => task.State == TaskStateNames.Merging) == count);
        var train = Client.GetWorkflowHandle<IMergeTrainWorkflow>(RunIds.ForTrain(RunId));
        for (var limit = Eventually.Timeout(); (await train.QueryAsync(w => w.Status())).Queue.Count != count; )
        {
            await Task.Delay(50, limit);
        }
    }

    public async Task<RunStatus> UntilAsync(Func<RunStatus, bool> holds, TimeSpan? limit = null, Func<RunStatus, Task>? answer = null)
    {
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            var status = await StatusAsync();
            if (holds(status))
            {
                return status;
            }
            if (System.Diagnostics.Stopwatch.GetElapsedTime(begin) > (limit ?? Eventually.Limit))
            {
                Assert.Fail(
                    $"It never came so far.{await FailedTaskAsync()} The run is {status.State} ({status.Reason}): "
                        + $"{string.Join(", ", status.Tasks.Select(t => $"{t.Id} {t.State} {t.Reason}"))} "
                        + $"{string.Join(" ", status.Warnings)}"
                );
            }
            if (answer is not null)
            {
                await answer(status);
            }
            await Task.Delay(50);
        }
    }

    /// <summary>The last failure of a workflow task of the run and the file that its history was written to, with a space before; empty
    /// where there was none.</summary>
    public async Task<string> FailedTaskAsync()
    {
        var history = await Run.FetchHistoryAsync();
        if (history.Events.LastOrDefault(e => e.WorkflowTaskFailedEventAttributes is not null) is not { } failed)
        {
            return "";
        }
        var folder = Directory.CreateDirectory(RepositoryFiles.Path("TestResults")).FullName;
        var file = Path.Combine(folder, $"history-{RunId}.json");
        await File.WriteAllTextAsync(file, history.ToJson());
        return $" A task of its workflow failed ({file}): {failed.WorkflowTaskFailedEventAttributes.Failure}";
    }

    public Task<RunResult> ResultAsync() => Run.GetResultAsync().WaitAsync(Eventually.Limit);

    public async ValueTask DisposeAsync()
    {
        Activities.StopReading();
        await StopWorkersAsync();
        if (_environment is not null)
        {
            await _environment.DisposeAsync();
        }
        _stop.Dispose();
    }

    /// <summary>Workers begin.</summary>
    public void Work()
    {
        var own = new TemporalWorkerOptions(_queue)
        {
            MaxHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(100),
            DefaultHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(100),
        }.AddAllActivities(Activities);
        _working = Task.WhenAll([
            .. Builds.Select(build => new TemporalWorker(WorkerSetup.ForWorkflows(Client), Shared(build)).ExecuteAsync(_stop.Token)),
            new TemporalWorker(Client, own).ExecuteAsync(_stop.Token),
        ]);
    }

    private TemporalWorkerOptions Shared(WorkerDeploymentVersion? build) =>
        new TemporalWorkerOptions(QueueNames.Workflows)
        {
            DeploymentOptions = build is null
                ? null
                : new WorkerDeploymentOptions(build, useWorkerVersioning: true)
                {
                    DefaultVersioningBehavior = VersioningBehavior.AutoUpgrade,
                },
        }
            .AddWorkflows()
            .AddAllActivities(Activities);

    /// <summary>The workers end; nobody works until <see cref="Work"/>.</summary>
    public async Task StopWorkersAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _working.WaitAsync(Eventually.Limit);
        }
        catch (OperationCanceledException)
        {
            // Stopped, as asked.
        }
        _stop.Dispose();
        _stop = new CancellationTokenSource();
    }
}
