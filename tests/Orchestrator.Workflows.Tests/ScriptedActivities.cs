using System.Collections.Concurrent;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Workflows.Tests;

/// <summary>Activities that do what the test says; by default everything goes well at once.</summary>
internal sealed partial class ScriptedActivities(
    IReadOnlyList<TaskOutline> tasks,
    RunWorkflowSettings settings,
    string queue,
    ITemporalClient client
)
    : IRepositoryActivities,
        IRunActivities,
        ITaskActivities,
        IMergeQueueActivities,
        IRequestActivities,
        IAnswerActivities,
        IPlanningActivities,
        IReviewActivities,
        IUsageActivities
{
    private readonly ConcurrentDictionary<string, MergeResult> _alone = new();
    private readonly ConcurrentDictionary<string, MergeResult> _merges = new();

    /// <summary>The tasks of the plan.</summary>
    public IReadOnlyList<TaskOutline> Tasks => tasks;

    private readonly ConcurrentDictionary<string, Task> _readings = new();
    private readonly CancellationTokenSource _stopReading = new();
    private int _agents;
    private int _looks;

    /// <summary>Number of checks for ended runs.</summary>
    public int Looks => _looks;

    /// <summary>Maps a path to its repository, or null if all are on the machine of the test's own queue.</summary>
    public Func<string, RepositoryReference>? Repository { get; set; }

    public ConcurrentQueue<RunAgentInput> Starts { get; } = new();

    public ConcurrentQueue<string> Merged { get; } = new();

    public ConcurrentQueue<string> Released { get; } = new();

    /// <summary>Worktrees that had been released when the run cleaned up.</summary>
    public IReadOnlyList<string> ReleasedAtEnd { get; private set; } = [];

    public ConcurrentQueue<RunEvent> Events { get; } = new();

    /// <summary>Runs before a step that reads or writes a file of the run as a whole, with the step's name.</summary>
    public Action<string> BeforeFile { get; set; } = _ => { };

    public ConcurrentDictionary<string, IReadOnlyList<TaskCheckpoint>> Checkpoints { get; } = new();

    /// <summary>Tasks in one answer at most.</summary>
    public int PageSize { get; set; } = 2;

    public int MostAgentsAtOnce { get; private set; }

    public Func<RaiseBudgetInput, RaisedBudget> RaiseBudget { get; set; } = _ => new RaisedBudget(true, "It is raised");

    [Activity]
    public Task<RaisedBudget> IncreaseBudgetAsync(RaiseBudgetInput input) => Task.FromResult(RaiseBudget(input));

    public Func<RunAgentInput, CancellationToken, Task<AgentRunResult>> Agent { get; set; } = (_, _) => Task.FromResult(Done());

    public Func<PrepareTaskInput, PreparedTask> Prepare { get; set; } = _ => new PreparedTask { Worktree = "w", BaseCommit = "base" };

    /// <summary>Goes on beside the gates until they may answer, and hears when they are cancelled.</summary>
    public Func<CancellationToken, Task> WhileVerifying { get; set; } = _ => Task.CompletedTask;

    /// <summary>Work that runs while a worktree is prepared.</summary>
    public Func<CancellationToken, Task> WhilePreparing { get; set; } = _ => Task.CompletedTask;

    /// <summary>Work that runs while the gates of a merge run.</summary>
    public Func<CancellationToken, Task> WhileMerging { get; set; } = _ => Task.CompletedTask;

    public Func<VerifyTaskInput, VerifyResult> Verify { get; set; } =
        input => new VerifyResult
        {
            Commit = $"commit-{input.Task.Task.Id}-{input.Attempt}",
            Gates = new GateSummary
            {
                Proof = GateAssuranceLevel.Verified,
                Total = 1,
                Passed = 1,
            },
        };

    /// <summary>The result of merging a task.</summary>
    public Func<TaskMergeRequest, MergeResult> Merge { get; set; } =
        _ => new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" };

    public Func<ReleaseTaskInput, Task> Release { get; set; } = _ => Task.CompletedTask;

    /// <summary>Goes on while a run that is about to continue as new stores its checkpoint.</summary>
    public Func<Task> WhileStoring { get; set; } = () => Task.CompletedTask;

    /// <summary>Answers in place of the repository's leases, or null if the leases answer.</summary>
    public Func<SendLeaseSignalInput, Task>? Leases { get; set; }

    /// <summary>Answers the check for ended runs, or null to check them.</summary>
    public Func<Task<IReadOnlyList<string>>>? EndedRuns { get; set; }

    public Func<PlanOutline, PlanOutline> Plan { get; set; } = plan => plan;

    public Func<PreflightResult, PreflightResult> Check { get; set; } = result => result;

    public Func<LandResult> Land { get; set; } = () => new LandResult { Landed = true, Commit = "landed" };

    /// <summary>Landing requests, in order.</summary>
    public ConcurrentQueue<LandInput> Lands { get; } = new();

    public static AgentRunResult Done(string session = "s") =>
        new()
        {
            FailureClass = FailureClass.None,
            ClaimedDone = true,
            Session = session,
            Cost = 0.5m,
            Tokens = 10,
        };

    [Activity]
    public Task<RepositoryReference> FindRepositoryAsync(string path) =>
        Task.FromResult(Repository?.Invoke(path) ?? new RepositoryReference(path, "key", queue));

    [Activity]
    public Task<PlanOutline> LoadPlanAsync(LoadPlanInput input) =>
        Task.FromResult(
            Plan(
                new PlanOutline
                {
                    Hash = "h",
                    Title = "a test",
                    Tasks = PayloadSizeLimiter.First(tasks, PageSize),
                    TaskCount = tasks.Count,
                    Agent = "claude",
                    Rules = settings,
                }
            )
        );

    [Activity]
    public Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(ReadTasksInput input)
    {
        BeforeFile(nameof(ReadTasksAsync));
        return Task.FromResult<IReadOnlyList<TaskOutline>>(
            PayloadSizeLimiter.First((Extended.GetValueOrDefault(input.PlanHash) ?? tasks).Skip(input.Offset), PageSize)
        );
    }

    [Activity]
    public Task<PreflightResult> PreflightAsync(PreflightInput input) =>
        Task.FromResult(
            Check(
                new PreflightResult
                {
                    BaseCommit = "base",
                    Target = "main",
                    Staging = "staging",
                }
            )
        );

    /// <summary>Stores what is recorded beside <see cref="Events"/>.</summary>
    public Action<RecordProgressInput> Record { get; set; } = _ => { };

    /// <summary>Delay between each of <see cref="Events"/> and its recording.</summary>
    public ConcurrentQueue<TimeSpan> Lateness { get; } = new();

    /// <summary>The run's machine reads along; else it is of an earlier version.</summary>
    public bool ReadsAlong { get; set; } = true;

    [Activity]
    public Task<RecordProgressReply?> RecordProgressAsync(RecordProgressInput input)
    {
        BeforeFile(nameof(RecordProgressAsync));
        TakeIn(input);
        if (!ReadsAlong)
        {
            return Task.FromResult<RecordProgressReply?>(null);
        }
        if (ReadAlong is not null)
        {
            ReadAlong(input.Run.RunId);
        }
        else
        {
            _ = _readings.AddOrUpdate(
                input.Run.RunId,
                ReadAlongAsync,
                (run, reading) => reading.IsCompleted ? ReadAlongAsync(run) : reading
            );
        }
        return Task.FromResult<RecordProgressReply?>(new RecordProgressReply(ReadsAlong: true));
    }

    /// <summary>Records the later events of a run, or null to record them in <see cref="Events"/>.</summary>
    public Action<string>? ReadAlong { get; set; }

    /// <summary>Ends the reading of runs.</summary>
    public void StopReading() => _stopReading.Cancel();

    private async Task ReadAlongAsync(string runId)
    {
        while (!_stopReading.IsCancellationRequested)
        {
            try
            {
                await foreach (var unrecorded in new RunClient(client).Get(runId).UnrecordedAsync(_stopReading.Token))
                {
                    TakeIn(unrecorded);
                }
                return;
            }
            catch (Exception) when (!_stopReading.IsCancellationRequested)
            {
                await Task.Delay(100);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Records the progress like the real recorder.</summary>
    private void TakeIn(RecordProgressInput input)
    {
        lock (_readings)
        {
            Record(input);
            foreach (var item in input.Events.Where(item => item.Sequence > (Events.LastOrDefault()?.Sequence ?? 0)))
            {
                Lateness.Enqueue(DateTimeOffset.UtcNow - item.Time);
                Events.Enqueue(item);
            }
        }
    }

    [Activity]
    public async Task<TaskReport?> ReadTaskAsync(ReadTaskInput input) =>
        await client
            .GetWorkflowHandle<ITaskWorkflow, TaskReport>(RunIds.ForTask(input.RunId, input.TaskId))
            .QueryAsync(
                w => w.Status(),
                new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = ActivityExecutionContext.Current.CancellationToken } }
            );

    [Activity]
    public async Task<CheckpointFile> StoreCheckpointAsync(StoreCheckpointInput input)
    {
        BeforeFile(nameof(StoreCheckpointAsync));
        await WhileStoring();
        var all = new SortedDictionary<string, TaskCheckpoint>(StringComparer.Ordinal);
        foreach (var task in (input.Before is { } before ? Checkpoints[before.Hash] : []).Concat(input.Tasks))
        {
            all[task.Progress.Id] = task;
        }
        var file = new CheckpointFile(Guid.NewGuid().ToString("n"), all.Count);
        Checkpoints[file.Hash] = [.. all.Values];
        return file;
    }

    [Activity]
    public Task<IReadOnlyList<TaskCheckpoint>> ReadCheckpointAsync(ReadCheckpointInput input)
    {
        BeforeFile(nameof(ReadCheckpointAsync));
        return Task.FromResult(PayloadSizeLimiter.First(Checkpoints[input.File.Hash].Skip(input.Offset)));
    }

    [Activity]
    public async Task<EarlierWorkSearchResultPage> FindEarlierWorkAsync(FindEarlierWorkInput input)
    {
        var last = Events.Select(e => e.Sequence).DefaultIfEmpty().Max();
        if (input.PlanHash.Length == 0)
        {
            return new EarlierWorkSearchResultPage { LastSequence = last };
        }
        await CloseTrainAsync(input.RunId);
        var open = new Dictionary<string, TaskReport>();
        await foreach (var task in client.ListWorkflowsAsync(RunIds.OpenChildrenQuery(input.RunId)))
        {
            if (task.Id == RunIds.ForTrain(input.RunId))
            {
                continue;
            }
            open[task.Id[(input.RunId.Length + 1)..]] = await client
                .GetWorkflowHandle<ITaskWorkflow, TaskReport>(task.Id)
                .QueryAsync(
                    w => w.Status(),
                    new WorkflowQueryOptions
                    {
                        Rpc = new RpcOptions { CancellationToken = ActivityExecutionContext.Current.CancellationToken },
                    }
                );
        }
        IReadOnlyList<TaskOutline> known =
        [
            .. Extended.GetValueOrDefault(input.PlanHash) ?? tasks,
            new TaskOutline { Id = ReviewTaskDefinition.Id },
            new TaskOutline { Id = ReplanTaskDefinition.Id },
        ];
        var strangers = open.Keys.Except(known.Select(t => t.Id)).Select(id => new TaskOutline { Id = id }).ToList();
        return new EarlierWorkSearchResultPage
        {
            LastSequence = last,
            TaskCount = known.Count + strangers.Count,
            Tasks =
            [
                .. known
                    .Concat(strangers)
                    .Skip(input.Offset)
                    .Take(1)
                    .Select(t => EarlierWorkOf(input.RunId, t.Id, open.GetValueOrDefault(t.Id))),
            ],
        };
    }

    private TaskReport EarlierWorkOf(string run, string task, TaskReport? open)
    {
        var starts = Starts.Where(s => s.Task.RunId == run && s.Task.Task.Id == task).ToList();
        var known =
            open?.Progress
            ?? new TaskProgress
            {
                Id = task,
                State = TaskStateNames.Pending,
                Attempt = starts.Select(s => s.Attempt).DefaultIfEmpty().Max(),
            };
        return (
            open
            ?? new TaskReport
            {
                Progress = known,
                ExecutionId = "",
                Sequence = 0,
            }
        ) with
        {
            Progress = known with
            {
                MergeCommit = _merges.Keys.Any(key => key.StartsWith($"{run}/{task} ", StringComparison.Ordinal)) ? "merge" : "",
                LastStart = starts.Select(s => s.Start).DefaultIfEmpty().Max(),
            },
        };
    }

    [Activity]
    public Task<LandResult> LandAsync(LandInput input)
    {
        Lands.Enqueue(input);
        return Task.FromResult(Land());
    }

    [Activity]
    public Task TellLeasesAsync(SendLeaseSignalInput input) => Leases is null ? TellLeaseWorkflowAsync(input) : Leases(input);

    /// <summary>Tells the leases what the run says, whatever the script does.</summary>
    public Task TellLeaseWorkflowAsync(SendLeaseSignalInput input)
    {
        System.Linq.Expressions.Expression<Func<ILeaseWorkflow, Task>> signal = input.Step switch
        {
            LeaseSignalKind.Join => w => w.JoinAsync(input.RunId),
            LeaseSignalKind.Hold => w => w.HoldAsync(input.RunId, input.Tasks.Select(t => LeaseOf(input.RunId, t)).ToList()),
            LeaseSignalKind.Ask => w => w.AskAsync(LeaseOf(input.RunId, input.Tasks[0])),
            LeaseSignalKind.Release => w => w.ReleaseAsync(input.RunId, input.Tasks[0]),
            _ => w => w.LeaveAsync(input.RunId),
        };
        var options = new WorkflowOptions(RunIds.ForLeases(input.Repository.Key), QueueNames.Workflows);
        options.SignalWithStart(signal);
        return client.StartWorkflowAsync((ILeaseWorkflow w) => w.RunAsync(new LeaseWorkflowState { Queue = queue }), options);
    }

    /// <summary>In these runs a task owns the file of its name.</summary>
    private static LeaseRequest LeaseOf(string runId, string task) => new(runId, task, [task], [], [], []);

    [Activity]
    public async Task<IReadOnlyList<string>> FindEndedRunsAsync(IReadOnlyList<string> runIds)
    {
        Interlocked.Increment(ref _looks);
        if (EndedRuns is not null)
        {
            return await EndedRuns();
        }
        var ended = new List<string>();
        foreach (var id in runIds)
        {
            try
            {
                if ((await client.GetWorkflowHandle(id).DescribeAsync()).Status != Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
                {
                    ended.Add(id);
                }
            }
            catch (RpcException missing) when (missing.Code == RpcException.StatusCode.NotFound)
            {
                ended.Add(id);
            }
        }
        return ended;
    }

    [Activity]
    public Task<string> AbortAsync(RetainRunWorkInput input) => Task.FromResult("");

    [Activity]
    public Task<string> FinishAsync(FinishRunInput input)
    {
        ReleasedAtEnd = [.. Released];
        return Task.FromResult("report.md");
    }

    [Activity]
    public Task<PreparedTask> PrepareTaskAsync(PrepareTaskInput input) =>
        WithHeartbeatsAsync(async stop =>
        {
            await WhilePreparing(stop);
            return Prepare(input);
        });

    [Activity]
    public async Task<AgentRunResult> RunAgentAsync(RunAgentInput input)
    {
        Starts.Enqueue(input);
        MostAgentsAtOnce = Math.Max(MostAgentsAtOnce, Interlocked.Increment(ref _agents));
        AgentRunResult result;
        try
        {
            result = await WithHeartbeatsAsync(stop => Agent(input, stop));
        }
        finally
        {
            Interlocked.Decrement(ref _agents);
        }
        return input.Verifies(result) ? result with { Verified = await TryVerifyAsync(input, result) } : result;
    }

    private async Task<VerifyResult?> TryVerifyAsync(RunAgentInput input, AgentRunResult result)
    {
        try
        {
            var report = input.ToReport(result, DateTimeOffset.UtcNow);
            await client.GetWorkflowHandle<IOrchestrationWorkflow>(input.Task.RunId).SignalAsync(w => w.TaskChangedAsync(report));
            return await VerifyTaskAsync(input.ToVerify(result));
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static async Task<T> WithHeartbeatsAsync<T>(Func<CancellationToken, Task<T>> begin)
    {
        var context = ActivityExecutionContext.Current;
        var work = begin(context.CancellationToken);
        while (!work.IsCompleted)
        {
            context.Heartbeat();
            await Task.WhenAny(work, Task.Delay(100));
        }
        return await work;
    }

    [Activity]
    public Task<VerifyResult> VerifyTaskAsync(VerifyTaskInput input) =>
        WithHeartbeatsAsync(async stop =>
        {
            await WhileVerifying(stop);
            return Verify(input);
        });

    [Activity]
    public async Task ReleaseTaskAsync(ReleaseTaskInput input)
    {
        await Release(input);
        Released.Enqueue(input.TaskId);
    }
}
