using Orchestrator.Messages;
using Orchestrator.Workflows.Train;

namespace Orchestrator.Workflows.Tests.Train;

/// <summary>Simulates the merge queue's rules without git and gates, with a clock of its own: work arrives, gates take time, returned work
/// arrives again, others move staging, and the queue's workflow is lost and followed by another.</summary>
/// <param name="state">Limits; nothing waits yet.</param>
/// <param name="isBroken">True if gates always fail on a tree that contains these entries.</param>
/// <param name="fails">True if a gate fails by chance this time.</param>
internal sealed class TrainSimulator(MergeQueueState state, Func<IReadOnlyList<TaskMergeRequest>, bool> isBroken, Func<bool>? fails = null)
{
    private readonly Func<bool> _fails = fails ?? (() => false);
    private readonly PriorityQueue<Action, (double At, int Number)> _agenda = new();

    /// <summary>Entries below each batch, at the time of its making.</summary>
    private readonly Dictionary<int, IReadOnlyList<TaskMergeRequest>> _below = [];

    /// <summary>Entries below each batch when its gates ran last.</summary>
    private readonly Dictionary<int, IReadOnlyList<TaskMergeRequest>> _verified = [];
    private readonly Queue<Action> _whenQuiet = [];
    private readonly List<TaskMergeRequest> _held = [];
    private long _stagingTree;
    private int _number;
    private int _executions;

    public MergeQueueState State { get; private set; } = state;

    /// <summary>Time of the simulation; a run of gates takes <see cref="GateTime"/>.</summary>
    public double Now { get; private set; }

    /// <summary>On staging, in order.</summary>
    public List<TaskMergeRequest> Merged { get; } = [];

    /// <summary>Returned entries, in order.</summary>
    public List<TaskMergeRequest> SentBack { get; } = [];

    /// <summary>Trees on which all gates were run.</summary>
    public int Runs { get; private set; }

    /// <summary>Gates that were run once more on the same tree.</summary>
    public int Reruns { get; private set; }

    /// <summary>Number of gate steps.</summary>
    public int Rounds { get; private set; }

    public int Batches { get; private set; }

    /// <summary>Largest number of batches at the same time.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Duration of a gate run.</summary>
    public Func<double> GateTime { get; init; } = () => 1;

    /// <summary>Parts of the repository that an entry can influence; none for all.</summary>
    public Func<TaskMergeRequest, IReadOnlyList<string>> PartsOf { get; init; } = _ => [];

    /// <summary>True if an entry conflicts with one of those below it.</summary>
    public Func<TaskMergeRequest, IReadOnlyList<TaskMergeRequest>, bool> Conflicts { get; init; } = (_, _) => false;

    /// <summary>Runs for each entry that is returned because of gates or a conflict.</summary>
    public Action<TaskMergeRequest>? OnSentBack { get; init; }

    /// <summary>Runs for each batch, with the state before it and its entries.</summary>
    public Action<MergeQueueState, IReadOnlyList<TaskMergeRequest>>? OnBegin { get; init; }

    /// <summary>Runs for each landing, with the batch and the entries that were below it when its gates ran.</summary>
    public Action<TrainBatch, IReadOnlyList<TaskMergeRequest>>? OnLand { get; init; }

    /// <summary>Returns the state in which all requests are merged in a batch.</summary>
    public static MergeQueueState Build(MergeQueueState state, IReadOnlyList<TaskMergeRequest> requests) =>
        state.Built(
            requests,
            [
                .. requests.Select(request => new MergeResult
                {
                    TaskId = request.TaskId,
                    Attempt = request.Attempt,
                    Outcome = MergeOutcome.Made,
                }),
            ]
        );

    /// <summary>Adds an entry. The run sends none while it waits for the queue to be quiet.</summary>
    public void Enqueue(TaskMergeRequest request)
    {
        if (_whenQuiet.Count > 0)
        {
            _held.Add(request);
            return;
        }
        State = State.Enqueue(request);
    }

    /// <summary>Runs an action as soon as the queue has decided about all its entries, as the run does before it uses staging.</summary>
    public void WhenQuiet(Action action) => _whenQuiet.Enqueue(action);

    /// <summary>Moves staging to a merge with work of others.</summary>
    public void MoveStaging(TaskMergeRequest others)
    {
        Merged.Add(others);
        _stagingTree += TreeOf(others);
        State = State.MovedTo($"m{_number++}");
    }

    /// <summary>Loses the queue's workflow with its batches. Its successor has the waiting entries.</summary>
    /// <param name="forgets">False if the queue continues as new, and so keeps what it has learned.</param>
    public void Restart(bool forgets)
    {
        _executions++;
        State = new MergeQueueState
        {
            Queue = State.Queue,
            Rules = State.Rules,
            Limit = State.Limit,
            Parallel = State.Parallel,
            Staging = State.Staging,
            Resolving = forgets ? "" : State.Resolving,
            Deferred = forgets ? [] : State.Deferred,
            Verdicts = State.Verdicts is { } known && forgets ? new MergeQueueStatistics(0, 0) : State.Verdicts,
            Window = forgets ? 0 : State.Window,
            Flaky = forgets ? [] : State.Flaky,
            Alone = forgets ? [] : State.Alone,
        };
    }

    /// <summary>Runs an action later.</summary>
    public void At(double after, Action action) => _agenda.Enqueue(action, (Now + after, _number++));

    /// <summary>Runs until nothing happens any more.</summary>
    public void Run()
    {
        do
        {
            while (Step()) { }
        } while (Advance());
    }

    /// <summary>Runs the next action; false if there is none.</summary>
    public bool Advance()
    {
        if (!_agenda.TryDequeue(out var next, out var when))
        {
            return false;
        }
        Now = when.At;
        next();
        return true;
    }

    /// <summary>Carries out one step; false if the queue waits.</summary>
    public bool Step()
    {
        if (_whenQuiet.Count > 0 && State.Batches.IsEmpty && State.Queue.TrueForAll(request => State.Deferred.Contains(request.TaskId)))
        {
            _whenQuiet.Dequeue()();
            if (_whenQuiet.Count == 0)
            {
                _held.ForEach(Enqueue);
                _held.Clear();
            }
            return true;
        }
        switch (MergeQueueNextStepDecider.Next(State))
        {
            case MergeQueueStepDecision.AffectedPartsSearchDecision locate:
                State = State.Located(
                    locate.Requests,
                    [.. locate.Requests.Select(request => new AffectedRepositoryParts(PartsOf(request)))]
                );
                return true;
            case MergeQueueStepDecision.MergeBatchCreationDecision build:
                Begin(build);
                return true;
            case MergeQueueStepDecision.MergeBatchRebuildDecision remake:
                _below[remake.Batch] = [.. Merged];
                State = State.WithRebuiltBatch(remake, Merge(Clean(remake.Entries, Merged), State.Staging, _stagingTree));
                return true;
            case MergeQueueStepDecision.MergeBatchGateRunDecision gate:
                Gate(State.Find(gate.Batch)!, gate.Runs);
                return true;
            case MergeQueueStepDecision.StagingBranchMoveDecision land:
                Land(State.Find(land.Batch)!, land.Length);
                return true;
            case MergeQueueStepDecision.MergeQueueEntryRejectionDecision back:
                var entry = State.Find(back.Batch)!.Entries[back.Length - 1];
                State = State.WithReturnedEntry(back.Batch, back.Length);
                SentBack.Add(entry);
                OnSentBack?.Invoke(entry);
                return true;
            case MergeQueueStepDecision.MergeBatchEndDecision end:
                State = State.Ended(end.Batch);
                return true;
            case MergeQueueStepDecision.MergeBatchAbandonmentDecision up:
                State = State.WithoutBatch(up.Batch);
                return true;
            default:
                return false;
        }
    }

    private void Begin(MergeQueueStepDecision.MergeBatchCreationDecision build)
    {
        OnBegin?.Invoke(State, build.Requests);
        var below = State.Find(build.After);
        IReadOnlyList<TaskMergeRequest> onto = below is null ? [.. Merged] : [.. _below[below.Id], .. below.Entries];
        var conflicting = build.Requests.TakeWhile(request => Conflicts(request, onto)).ToList();
        foreach (var request in conflicting)
        {
            TakeConflict(request, build.After);
        }
        var entries = Clean([.. build.Requests.Skip(conflicting.Count)], onto);
        if (entries.Count == 0)
        {
            return;
        }
        Batches++;
        var tree = _stagingTree;
        for (var other = below; other is not null; other = State.Find(other.After))
        {
            tree += other.Rest.Sum(TreeOf);
        }
        State = State.Built(entries, Merge(entries, below?.Merges[^1].Commit ?? State.Staging, tree), build.After);
        _below[State.LastBatch] = onto;
        MostAtOnce = Math.Max(MostAtOnce, State.Batches.Count);
    }

    /// <summary>Returns the entries before the first one that conflicts with an earlier one, which ends the batch before it.</summary>
    private IReadOnlyList<TaskMergeRequest> Clean(IReadOnlyList<TaskMergeRequest> entries, IReadOnlyList<TaskMergeRequest> onto) =>
        [.. entries.TakeWhile((entry, i) => !Conflicts(entry, [.. onto, .. entries.Take(i)]))];

    private void TakeConflict(TaskMergeRequest request, int after)
    {
        if (after != 0)
        {
            State = State.NotBuiltOn(after, [request]);
        }
        else if (State.MayResolve(request))
        {
            State = State.SentToResolve(request);
            OnSentBack?.Invoke(request);
        }
        else
        {
            State = State.PutOff(request);
        }
    }

    /// <summary>Merges entries. Two trees are the same if they contain the same entries.</summary>
    private IReadOnlyList<MergeResult> Merge(IReadOnlyList<TaskMergeRequest> entries, string onto, long tree)
    {
        var merges = new List<MergeResult>();
        foreach (var entry in entries)
        {
            tree += TreeOf(entry);
            merges.Add(
                new MergeResult
                {
                    TaskId = entry.TaskId,
                    Attempt = entry.Attempt,
                    Outcome = MergeOutcome.Made,
                    Onto = onto,
                    Commit = onto = $"m{_number++}",
                    Tree = $"{tree}",
                }
            );
        }
        return merges;
    }

    private static long TreeOf(TaskMergeRequest entry) => string.GetHashCode(entry.Commit, StringComparison.Ordinal);

    private void Land(TrainBatch batch, int length)
    {
        OnLand?.Invoke(batch, _verified[batch.Id]);
        foreach (var entry in batch.Entries.Take(length).Skip(batch.Landed))
        {
            Merged.Add(entry);
            _stagingTree += TreeOf(entry);
        }
        State = State.Landed(batch.Id, length);
    }

    private void Gate(TrainBatch batch, IReadOnlyList<MergeBatchPrefixGateRequest> runs)
    {
        Rounds++;
        var execution = _executions;
        State = State.Started(batch.Id, runs);
        _verified[batch.Id] = [.. _below[batch.Id], .. batch.Entries.Take(batch.Landed)];
        foreach (var run in runs)
        {
            var isNew = !batch.Results.ContainsKey(run.Length);
            var broken = isBroken([.. _below[batch.Id], .. batch.Entries.Take(run.Length)]);
            var last = batch.Entries[run.Length - 1];
            var duration = GateTime();
            At(
                duration,
                () =>
                {
                    if (execution != _executions)
                    {
                        return;
                    }
                    var failures = Try(broken, run.Tries, isNew);
                    State = State.Gated(
                        batch.Id,
                        run.Length,
                        failures < run.Tries
                            ? new MergeResult { Outcome = MergeOutcome.Made, Flaky = failures > 0 || !isNew ? ["tests"] : [] }
                            : new MergeResult
                            {
                                TaskId = last.TaskId,
                                Attempt = last.Attempt,
                                Failures = failures,
                                Failed = ["tests"],
                            },
                        TimeSpan.FromSeconds(duration)
                    );
                }
            );
        }
    }

    /// <summary>Returns the number of failures of the gate, up to its tries.</summary>
    private int Try(bool broken, int tries, bool isNew)
    {
        Runs += isNew ? 1 : 0;
        Reruns += isNew ? 0 : 1;
        var failures = 0;
        while (broken || _fails())
        {
            failures++;
            if (failures == tries)
            {
                break;
            }
            Reruns++;
        }
        return failures;
    }
}
