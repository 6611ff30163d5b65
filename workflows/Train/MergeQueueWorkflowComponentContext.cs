namespace Orchestrator.Workflows.Train;

/// <summary>Shared state of the merge queue's components, including the queue's input and the position of the staging branch.</summary>
internal sealed class MergeQueueWorkflowComponentContext(CancellationToken cancellation)
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    public MergeQueueInput Input { get; private set; } = null!;

    public MergeQueueState State { get; set; } = new();

    /// <summary>
    /// Position of the staging branch after the last merge. Passed as an argument to every activity that uses the branch, because neither a
    /// file nor a ref is authoritative.
    /// </summary>
    public StagingBranchTip Position { get; private set; } = new("", 0);

    /// <summary>True if the merge queue is closing and no further work is merged.</summary>
    public bool IsClosing => _stop.IsCancellationRequested;

    /// <summary>Options for an activity that runs other programs. The activity is canceled when the merge queue closes.</summary>
    /// <param name="cancellation">Token that also cancels the activity. Default: null, meaning only the closing cancels it.</param>
    public ActivityOptions Long(CancellationToken? cancellation = null) =>
        ActivityDefaults.Long(Input.Repository.Queue, TimeSpan.FromHours(2), cancellation ?? _stop.Token).EndingOnFullDisk();

    /// <summary>Creates a cancellation source that is also canceled when the merge queue closes.</summary>
    public CancellationTokenSource LinkToClosing() => CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);

    /// <summary>Restores the state from the workflow's input.</summary>
    public void Restore(MergeQueueInput input)
    {
        Input = input;
        Position = input.Position;
        State = new MergeQueueState
        {
            Queue = [.. input.Queue],
            Rules = input.Rules.Queue,
            Staging = input.Position.Commit,
            Limit = input.Rules.TrainBatch,
            Parallel = input.Rules.TrainParallel,
            Window = input.Window,
            Verdicts = input.Verdicts,
            Flaky = State.Flaky.Union(input.FlakyGates),
            Alone = State.Alone.Union(input.Alone),
            Resolving = input.Resolving,
            Deferred = State.Deferred.Union(input.Deferred),
        };
    }

    /// <summary>Returns the input for the next execution.</summary>
    /// <param name="sequence">Number of the last report that was sent.</param>
    public MergeQueueInput ToInput(int sequence) =>
        Input with
        {
            Position = Position,
            Queue = [.. State.Queue],
            Window = State.Window,
            Verdicts = State.Verdicts,
            FlakyGates = [.. State.Flaky],
            Alone = [.. State.Alone],
            Resolving = State.Resolving,
            Deferred = [.. State.Deferred],
            Sequence = sequence,
        };

    /// <summary>Records that the staging branch is now at the given commit.</summary>
    public void MovedTo(string commit) => SetPosition(Position.MovedTo(commit));

    /// <summary>Adopts the position of the staging branch that the run reported, unless the merge queue's own position is later.</summary>
    public void Update(StagingBranchTip position)
    {
        Position = Position.OrNewer(position);
        State = State.MovedTo(Position.Commit);
    }

    /// <summary>Adopts a new hash of the run's plan. Does nothing if the hash is empty.</summary>
    public void UpdatePlan(string hash) => Input = hash.Length > 0 ? Input with { PlanHash = hash } : Input;

    /// <summary>Routes the merge queue's activities to another host.</summary>
    public void MovedTo(RepositoryReference repository) => Input = Input with { Repository = repository };

    /// <summary>Closes the merge queue, which interrupts the current work.</summary>
    public void Close() => _stop.Cancel();

    private void SetPosition(StagingBranchTip position)
    {
        Position = position;
        State = State with { Staging = position.Commit };
    }
}
