namespace Orchestrator.Workflows.Train;

/// <summary>Shared state of the parts of the merge queue's workflow: its input, its state, and whether it is closing.</summary>
internal sealed class TrainContext(CancellationToken cancellation)
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    public TrainInput Input { get; private set; } = null!;

    public TrainState State { get; set; } = new();

    /// <summary>The latest merge on staging. Every step that uses staging gets it as an argument; no file or ref is
    /// authoritative.</summary>
    public StagingPosition Position { get; private set; } = new("", 0);

    /// <summary>Nothing more is merged.</summary>
    public bool IsClosing => _stop.IsCancellationRequested;

    /// <summary>For an activity that runs other people's programs; cancelled when the train closes.</summary>
    public ActivityOptions Long => ActivityDefaults.Long(Input.Repository.Queue, TimeSpan.FromHours(2), _stop.Token).EndingOnFullDisk();

    /// <summary>Restores the start input.</summary>
    public void Restore(TrainInput input)
    {
        Input = input;
        Position = input.Position;
        State = new TrainState
        {
            Queue = [.. input.Queue],
            Limit = input.Rules.TrainBatch,
            Parallel = input.Rules.TrainParallel,
            Window = input.Window,
            Flaky = State.Flaky.Union(input.FlakyGates),
            Alone = State.Alone.Union(input.Alone),
            Resolving = input.Resolving,
            Deferred = State.Deferred.Union(input.Deferred),
        };
    }

    /// <summary>Input of the next execution.</summary>
    /// <param name="sequence">Number of the last report.</param>
    public TrainInput ToInput(int sequence) =>
        Input with
        {
            Position = Position,
            Queue = [.. State.Queue],
            Window = State.Window,
            FlakyGates = [.. State.Flaky],
            Alone = [.. State.Alone],
            Resolving = State.Resolving,
            Deferred = [.. State.Deferred],
            Sequence = sequence,
        };

    /// <summary>Staging has moved.</summary>
    public void MovedTo(string commit) => Position = Position.MovedTo(commit);

    /// <summary>The run reports a position of staging, which may be older than the train's own.</summary>
    public void Update(StagingPosition position) => Position = Position.OrNewer(position);

    /// <summary>The run reports the hash of its plan; empty: unchanged.</summary>
    public void UpdatePlan(string hash) => Input = hash.Length > 0 ? Input with { PlanHash = hash } : Input;

    /// <summary>The run's steps are done on another machine.</summary>
    public void MovedTo(RepositoryReference repository) => Input = Input with { Repository = repository };

    /// <summary>Interrupts the work under way.</summary>
    public void Close() => _stop.Cancel();
}
