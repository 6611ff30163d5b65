using System.Collections.Concurrent;
using System.Net;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Temporal.Server;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>The workflows on a real server, with activities that do what the test says instead of touching a repository.</summary>
internal sealed class ScriptedRun : IAsyncDisposable
{
    private readonly TemporalServer? _server;
    private readonly string _queue;
    private CancellationTokenSource _stop = new();
    private Task _working = Task.CompletedTask;

    private ScriptedRun(TemporalServer? server, ITemporalClient client, ScriptedActivities activities, string queue)
    {
        _queue = queue;
        _server = server;
        Client = client;
        Activities = activities;
    }

    /// <summary>Queue of the activities.</summary>
    public string Queue => _queue;

    public ITemporalClient Client { get; }

    public ScriptedActivities Activities { get; }

    /// <summary>What the workflows take that have run so far.</summary>
    public HandlerCatalog Handlers { get; } = new();

    public string RunId { get; set; } = $"run-test-{Guid.NewGuid():n}"[..18];

    public WorkflowHandle<IOrchestrationWorkflow, RunResult> Run => Client.GetWorkflowHandle<IOrchestrationWorkflow, RunResult>(RunId);

    /// <summary>Starts a server (or uses the one of <c>TEMPORAL_ADDRESS</c>), a worker and the run.</summary>
    public static async Task<ScriptedRun> StartAsync(
        IReadOnlyList<TaskOutline> tasks,
        Action<ScriptedActivities>? script = null,
        RunRules? settings = null,
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
        RunRules? settings = null,
        IPayloadCodec? codec = null
    )
    {
        var address = Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS");
        TemporalServer? server = null;
        if (address is null)
        {
            server = new TemporalServer(new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) });
            await server.StartAsync();
            address = server.Addresses[0];
        }
        var client = MessageJson.Speaking(
            await TemporalClient.ConnectAsync(
                new TemporalClientConnectOptions(address) { DataConverter = DataConverter.Default with { PayloadCodec = codec } }
            )
        );
        var queue = $"scripted-{Guid.NewGuid():n}";
        var activities = new ScriptedActivities(
            tasks,
            settings
                ?? new RunRules
                {
                    Workers = 3,
                    Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
                },
            queue,
            client
        );
        script?.Invoke(activities);
        var run = new ScriptedRun(server, client, activities, queue);
        run.Work();
        return run;
    }

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
            new WorkflowOptions(id ?? RunId, TaskQueues.Workflows)
        );

    public Task<RunStatus> StatusAsync() => new RunClient(Client).Get(RunId).StatusAsync();

    /// <summary>Waits until so much work is in the merge train, what is being merged with it: the run knows of it before.</summary>
    public async Task UntilInTrainAsync(int count)
    {
        await UntilAsync(status => status.Tasks.Count(task => task.State == TaskStates.Merging) == count);
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
                    $"It never came so far.{await FailedTaskAsync()} The run is {status.State} ({status.Reason}): {string.Join(", ", status.Tasks.Select(t => $"{t.Id} {t.State} {t.Reason}"))} {string.Join(" ", status.Warnings)}"
                );
            }
            if (answer is not null)
            {
                await answer(status);
            }
            await Task.Delay(50);
        }
    }

    /// <summary>The last failure of a workflow task of the run, with a space before it; empty where there was none.</summary>
    private async Task<string> FailedTaskAsync() =>
        (await Run.FetchHistoryAsync()).Events.LastOrDefault(e => e.WorkflowTaskFailedEventAttributes is not null) is { } failed
            ? $" A task of its workflow failed: {failed.WorkflowTaskFailedEventAttributes.Failure}"
            : "";

    public Task<RunResult> ResultAsync() => Run.GetResultAsync().WaitAsync(Eventually.Limit);

    public async ValueTask DisposeAsync()
    {
        await StopWorkersAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        _stop.Dispose();
    }

    /// <summary>Workers begin.</summary>
    public void Work()
    {
        var shared = new TemporalWorkerOptions(TaskQueues.Workflows)
            .AddWorkflow<OrchestrationWorkflow>()
            .AddWorkflow<TaskWorkflow>()
            .AddWorkflow<PlanningWorkflow>()
            .AddWorkflow<ReviewWorkflow>()
            .AddWorkflow<MergeTrainWorkflow>()
            .AddWorkflow<LeaseWorkflow>()
            .AddAllActivities(Activities);
        shared.Interceptors = [Handlers];
        var own = new TemporalWorkerOptions(_queue)
        {
            MaxHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(100),
            DefaultHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(100),
        }.AddAllActivities(Activities);
        _working = Task.WhenAll(
            new TemporalWorker(Client, shared).ExecuteAsync(_stop.Token),
            new TemporalWorker(Client, own).ExecuteAsync(_stop.Token)
        );
    }

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

/// <summary>Activities that do what the test says; by default everything goes well at once.</summary>
internal sealed class ScriptedActivities(IReadOnlyList<TaskOutline> tasks, RunRules settings, string queue, ITemporalClient client)
    : IRepositoryActivities,
        IRunActivities,
        ITaskActivities,
        ITrainActivities,
        IPlanningActivities,
        IReviewActivities
{
    private readonly ConcurrentDictionary<string, (string Before, MergeTaskInput Merge)> _built = new();
    private readonly ConcurrentDictionary<string, MergeResult> _merges = new();
    private int _agents;
    private int _looks;

    /// <summary>How often somebody has looked whether runs have ended.</summary>
    public int Looks => _looks;

    public ConcurrentQueue<RunAgentInput> Starts { get; } = new();

    public ConcurrentQueue<string> Merged { get; } = new();

    public ConcurrentQueue<string> Released { get; } = new();

    /// <summary>What had been released when the run tidied up.</summary>
    public IReadOnlyList<string> ReleasedAtEnd { get; private set; } = [];

    public ConcurrentQueue<RunEvent> Events { get; } = new();

    public ConcurrentDictionary<string, IReadOnlyList<TaskCheckpoint>> Checkpoints { get; } = new();

    /// <summary>Tasks in one answer at most.</summary>
    public int PageSize { get; set; } = 2;

    public ConcurrentQueue<AskPlannerInput> Questions { get; } = new();

    public Func<AskPlannerInput, CancellationToken, Task<AgentRunResult>> Planner { get; set; } =
        (_, _) => Task.FromResult(Done("planner's"));

    public Func<JudgeAnswerInput, AnswerJudgement> Judge { get; set; } = _ => new AnswerJudgement { Message = "a plan" };

    /// <summary>Questions to the reviewer, in order.</summary>
    public ConcurrentQueue<AskReviewerInput> Reviews { get; } = new();

    public Func<BeginReviewInput, ReviewBegun> BeginReview { get; set; } = _ => new ReviewBegun { Parts = 1 };

    public Func<AskReviewerInput, CancellationToken, Task<AgentRunResult>> Reviewer { get; set; } =
        (_, _) => Task.FromResult(Done("reviewer's"));

    public Func<JudgeReviewInput, AnswerJudgement> JudgeReview { get; set; } = _ => new AnswerJudgement { Message = "read" };

    /// <summary>What rounds come to; tasks that it gives belong to the plan from then on.</summary>
    public Func<ConcludeReviewInput, ReviewConclusion> Conclude { get; set; } = _ => new ReviewConclusion { WasRead = true };

    /// <summary>Tasks that rounds of the review have added to the plan.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<TaskOutline>> Extended { get; } = new();

    public ConcurrentQueue<string> EndedReviews { get; } = new();

    public int MostAgentsAtOnce { get; private set; }

    public Func<RunAgentInput, CancellationToken, Task<AgentRunResult>> Agent { get; set; } = (_, _) => Task.FromResult(Done());

    public Func<PrepareTaskInput, PreparedTask> Prepare { get; set; } = _ => new PreparedTask { Worktree = "w", BaseCommit = "base" };

    /// <summary>Goes on beside the gates until they may answer, and hears when they are cancelled.</summary>
    public Func<CancellationToken, Task> WhileVerifying { get; set; } = _ => Task.CompletedTask;

    /// <summary>The same beside the making of a worktree.</summary>
    public Func<CancellationToken, Task> WhilePreparing { get; set; } = _ => Task.CompletedTask;

    /// <summary>The same for the gates of a merge.</summary>
    public Func<CancellationToken, Task> WhileMerging { get; set; } = _ => Task.CompletedTask;

    public Func<VerifyTaskInput, VerifyResult> Verify { get; set; } =
        input => new VerifyResult { Commit = $"commit-{input.Task.Task.Id}-{input.Attempt}", Gates = "1/1" };

    public Func<MergeTaskInput, MergeResult> Merge { get; set; } = _ => new MergeResult { Merged = true, Commit = "merge" };

    public Func<ReleaseTaskInput, Task> Release { get; set; } = _ => Task.CompletedTask;

    /// <summary>Goes on while a run that is about to continue as new stores its checkpoint.</summary>
    public Func<Task> WhileStoring { get; set; } = () => Task.CompletedTask;

    /// <summary>Answers in place of the leases of the repository; null: they answer themselves.</summary>
    public Func<LeaseInput, Task>? Leases { get; set; }

    /// <summary>Answers for the look at runs that have ended; null: they are looked at.</summary>
    public Func<Task<IReadOnlyList<string>>>? EndedRuns { get; set; }

    public Func<PlanOutline, PlanOutline> Plan { get; set; } = plan => plan;

    public Func<PreflightResult, PreflightResult> Check { get; set; } = result => result;

    public Func<LandResult> Land { get; set; } = () => new LandResult { Landed = true, Commit = "landed" };

    public static AgentRunResult Done(string session = "s") =>
        new()
        {
            FailureClass = FailureClasses.None,
            ClaimedDone = true,
            Session = session,
            Cost = 0.5m,
            Tokens = 10,
        };

    [Activity]
    public Task<RepositoryReference> FindRepositoryAsync(string path) => Task.FromResult(new RepositoryReference(path, "key", queue));

    [Activity]
    public Task<PlanOutline> LoadPlanAsync(LoadPlanInput input) =>
        Task.FromResult(
            Plan(
                new PlanOutline
                {
                    Hash = "h",
                    Title = "a test",
                    Tasks = PayloadPaging.First(tasks, PageSize),
                    TaskCount = tasks.Count,
                    Agent = "claude",
                    Rules = settings,
                }
            )
        );

    [Activity]
    public Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(ReadTasksInput input) =>
        Task.FromResult<IReadOnlyList<TaskOutline>>(
            PayloadPaging.First((Extended.GetValueOrDefault(input.PlanHash) ?? tasks).Skip(input.Offset), PageSize)
        );

    [Activity]
    public Task<ReviewBegun> BeginReviewAsync(BeginReviewInput input) => Task.FromResult(BeginReview(input));

    [Activity]
    public Task<AgentRunResult> AskReviewerAsync(AskReviewerInput input) =>
        WithHeartbeatsAsync(async stop =>
        {
            Reviews.Enqueue(input);
            return await Reviewer(input, stop);
        });

    [Activity]
    public Task<AnswerJudgement> JudgeReviewAsync(JudgeReviewInput input) => Task.FromResult(JudgeReview(input));

    [Activity]
    public Task<ReviewConclusion> ConcludeReviewAsync(ConcludeReviewInput input)
    {
        var conclusion = Conclude(input);
        if (conclusion.Tasks.Count == 0)
        {
            return Task.FromResult(conclusion with { PlanHash = input.PlanHash });
        }
        var hash = $"{input.PlanHash}+{input.Round.Number}";
        Extended[hash] = [.. Extended.GetValueOrDefault(input.PlanHash) ?? tasks, .. conclusion.Tasks];
        return Task.FromResult(conclusion with { PlanHash = hash });
    }

    [Activity]
    public Task EndReviewAsync(EndReviewInput input)
    {
        EndedReviews.Enqueue(input.PlanHash);
        return Task.CompletedTask;
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

    [Activity]
    public Task RecordProgressAsync(ProgressInput input)
    {
        foreach (var item in input.Events)
        {
            Events.Enqueue(item);
        }
        return Task.CompletedTask;
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
        await WhileStoring();
        var all = new SortedDictionary<string, TaskCheckpoint>(StringComparer.Ordinal);
        foreach (var task in (input.Before is { } before ? Checkpoints[before.Hash] : []).Concat(input.Tasks))
        {
            all[task.Status.Id] = task;
        }
        var file = new CheckpointFile(Guid.NewGuid().ToString("n"), all.Count);
        Checkpoints[file.Hash] = [.. all.Values];
        return file;
    }

    [Activity]
    public Task<IReadOnlyList<TaskCheckpoint>> ReadCheckpointAsync(ReadCheckpointInput input) =>
        Task.FromResult(PayloadPaging.First(Checkpoints[input.File.Hash].Skip(input.Offset)));

    [Activity]
    public async Task<EarlierWork> FindEarlierWorkAsync(FindEarlierWorkInput input)
    {
        var last = Events.Select(e => e.Sequence).DefaultIfEmpty().Max();
        if (input.PlanHash.Length == 0)
        {
            return new EarlierWork { LastSequence = last };
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
        return new EarlierWork
        {
            LastSequence = last,
            TaskCount = tasks.Count,
            Tasks =
            [
                .. tasks
                    .Skip(input.Offset)
                    .Take(1)
                    .Select(t => new EarlierTask
                    {
                        Id = t.Id,
                        MergeCommit = _merges.Keys.Any(key => key.StartsWith($"{input.RunId}/{t.Id} ", StringComparison.Ordinal))
                            ? "merge"
                            : "",
                        LastStart = Starts
                            .Where(s => s.Task.RunId == input.RunId && s.Task.Task.Id == t.Id)
                            .Select(s => s.Start)
                            .DefaultIfEmpty()
                            .Max(),
                        Attempt = Starts
                            .Where(s => s.Task.RunId == input.RunId && s.Task.Task.Id == t.Id)
                            .Select(s => s.Attempt)
                            .DefaultIfEmpty()
                            .Max(),
                        Open = open.GetValueOrDefault(t.Id),
                    }),
            ],
        };
    }

    private async Task CloseTrainAsync(string runId)
    {
        var train = client.GetWorkflowHandle<IMergeTrainWorkflow>(RunIds.ForTrain(runId));
        try
        {
            await train.SignalAsync(w => w.CloseAsync("reset"));
            while ((await train.DescribeAsync()).Status == Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
            {
                await Task.Delay(20);
            }
        }
        catch (RpcException missing) when (missing.Code == RpcException.StatusCode.NotFound)
        {
            // There is none.
        }
    }

    [Activity]
    public Task<LandResult> LandAsync(LandInput input) => Task.FromResult(Land());

    [Activity]
    public Task TellLeasesAsync(LeaseInput input)
    {
        if (Leases is not null)
        {
            return Leases(input);
        }
        System.Linq.Expressions.Expression<Func<ILeaseWorkflow, Task>> signal = input.Step switch
        {
            LeaseStep.Join => w => w.JoinAsync(input.RunId),
            LeaseStep.Hold => w => w.HoldAsync(input.RunId, input.Tasks.Select(t => LeaseOf(input.RunId, t)).ToList()),
            LeaseStep.Ask => w => w.AskAsync(LeaseOf(input.RunId, input.Tasks[0])),
            LeaseStep.Release => w => w.ReleaseAsync(input.RunId, input.Tasks[0]),
            _ => w => w.LeaveAsync(input.RunId),
        };
        var options = new WorkflowOptions(RunIds.ForLeases(input.Repository.Key), TaskQueues.Workflows);
        options.SignalWithStart(signal);
        return client.StartWorkflowAsync((ILeaseWorkflow w) => w.RunAsync(new LeaseState { Queue = queue }), options);
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
    public Task<string> AbortAsync(AbortInput input) => Task.FromResult("");

    [Activity]
    public Task<string> FinishAsync(FinishInput input)
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
        try
        {
            return await WithHeartbeatsAsync(stop => Agent(input, stop));
        }
        finally
        {
            Interlocked.Decrement(ref _agents);
        }
    }

    [Activity]
    public Task<PlanningBegun> BeginPlanningAsync(BeginPlanningInput input) =>
        Task.FromResult(
            new PlanningBegun
            {
                Title = "a request",
                Agent = "scripted",
                Timeout = TimeSpan.FromMinutes(5),
                Rules = settings,
            }
        );

    [Activity]
    public Task<AgentRunResult> AskPlannerAsync(AskPlannerInput input)
    {
        Questions.Enqueue(input);
        return WithHeartbeatsAsync(stop => Planner(input, stop));
    }

    [Activity]
    public Task<AnswerJudgement> JudgeAnswerAsync(JudgeAnswerInput input) => Task.FromResult(Judge(input));

    [Activity]
    public Task<string> EndPlanningAsync(EndPlanningInput input) => Task.FromResult("the plan is there");

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
    public Task<MergeResult> MergeTaskAsync(MergeTaskInput input) =>
        WithHeartbeatsAsync(async stop =>
        {
            await WhileMerging(stop);
            // As in a repository: what is merged is not merged again.
            var key = $"{input.RunId}/{input.Request.TaskId} {input.Request.Attempt}";
            if (_merges.TryGetValue(key, out var done))
            {
                return done;
            }
            var result = Merge(input);
            if (result.Merged && _merges.TryAdd(key, result))
            {
                Merged.Enqueue(input.Request.TaskId);
            }
            return result;
        });

    /// <summary>Batches that gates were run on: what was merged, and how often a gate is tried.</summary>
    public ConcurrentQueue<GateBatchInput> Gated { get; } = new();

    /// <summary>How staging moved over batches.</summary>
    public ConcurrentQueue<LandBatchInput> Landings { get; } = new();

    /// <summary>What gates say of a batch; by default what <see cref="Merge"/> says of each that is in it.</summary>
    public Func<GateBatchInput, BatchGated>? GateBatch { get; set; }

    /// <summary>What comes of a batch when it is made, before it is.</summary>
    public Func<BuildBatchInput, BatchBuilt?> BuildBatch { get; set; } = _ => null;

    /// <summary>Whether staging can be moved.</summary>
    public Func<LandBatchInput, BatchLanded> LandBatch { get; set; } = _ => new BatchLanded(true);

    [Activity]
    public Task<BatchBuilt> BuildBatchAsync(BuildBatchInput input)
    {
        if (BuildBatch(input) is { } given)
        {
            return Task.FromResult(given);
        }
        var (tip, merges) = (input.StagingTip, new List<BuiltMerge>());
        foreach (var request in input.Requests)
        {
            if (_merges.TryGetValue($"{input.RunId}/{request.TaskId} {request.Attempt}", out var done))
            {
                merges.Add(new BuiltMerge("", done));
                continue;
            }
            var commit = $"merge-{request.TaskId}-{request.Attempt}";
            _built[commit] = (tip, new MergeTaskInput(input.RunId, input.Repository, input.PlanHash, "staging", request));
            tip = commit;
            merges.Add(new BuiltMerge(commit));
        }
        return Task.FromResult(new BatchBuilt { Base = input.StagingTip, Merges = merges });
    }

    [Activity]
    public Task<BatchGated> GateBatchAsync(GateBatchInput input) =>
        WithHeartbeatsAsync(async stop =>
        {
            await WhileMerging(stop);
            Gated.Enqueue(input);
            if (GateBatch is { } gate)
            {
                return gate(input);
            }
            var failed = input
                .Requests.Select(request => Merge(new MergeTaskInput(input.RunId, input.Repository, input.PlanHash, "staging", request)))
                .LastOrDefault(result => !result.Merged);
            return new BatchGated { Refusal = failed, Failed = failed is null ? [] : ["tests"] };
        });

    [Activity]
    public Task<BatchLanded> LandBatchAsync(LandBatchInput input)
    {
        var landed = LandBatch(input);
        if (landed.Landed)
        {
            Landings.Enqueue(input);
            var chain = new Stack<MergeTaskInput>();
            for (var commit = input.To; commit != input.From; commit = _built[commit].Before)
            {
                chain.Push(_built[commit].Merge);
            }
            foreach (var merge in chain)
            {
                var result = new MergeResult { Merged = true, Commit = $"merge-{merge.Request.TaskId}-{merge.Request.Attempt}" };
                if (_merges.TryAdd($"{merge.RunId}/{merge.Request.TaskId} {merge.Request.Attempt}", result))
                {
                    Merged.Enqueue(merge.Request.TaskId);
                }
            }
        }
        return Task.FromResult(landed);
    }

    [Activity]
    public async Task ReleaseTaskAsync(ReleaseTaskInput input)
    {
        await Release(input);
        Released.Enqueue(input.TaskId);
    }
}
