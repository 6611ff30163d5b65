using Orchestrator.Messages;
using Orchestrator.Workflows.Train;

namespace Orchestrator.Workflows.Tests.Train;

/// <summary>Simulates the merge queue's rules without git and gates, with a clock of its own: work arrives, gates take time, returned work
/// arrives again.</summary>
/// <param name="state">Limits; nothing waits yet.</param>
/// <param name="isBroken">True if gates always fail on a tree that contains these entries.</param>
/// <param name="fails">True if a gate fails by chance this time.</param>
internal sealed class TrainSimulator(MergeQueueState state, Func<IReadOnlyList<MergeRequest>, bool> isBroken, Func<bool>? fails = null)
{
    private readonly Func<bool> _fails = fails ?? (() => false);
    private readonly PriorityQueue<Action, (double At, int Number)> _agenda = new();

    /// <summary>Entries below each batch, at the time of its making.</summary>
    private readonly Dictionary<int, IReadOnlyList<MergeRequest>> _below = [];

    /// <summary>Entries below each batch when its gates ran last.</summary>
    private readonly Dictionary<int, IReadOnlyList<MergeRequest>> _verified = [];
    private long _stagingTree;
    private int _number;

    public MergeQueueState State { get; private set; } = state;

    /// <summary>Time of the simulation; a run of gates takes <see cref="GateTime"/>.</summary>
    public double Now { get; private set; }

    /// <summary>On staging, in order.</summary>
    public List<MergeRequest> Merged { get; } = [];

    /// <summary>Returned entries, in order.</summary>
    public List<MergeRequest> SentBack { get; } = [];

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
    public Func<MergeRequest, IReadOnlyList<string>> PartsOf { get; init; } = _ => [];

    /// <summary>Runs for each returned entry.</summary>
    public Action<MergeRequest>? OnSentBack { get; init; }

    /// <summary>Runs for each batch, with the state before it.</summary>
    public Action<MergeQueueState>? OnBegin { get; init; }

    /// <summary>Runs for each landing, with the batch and the entries that were below it when its gates ran.</summary>
    public Action<TrainBatch, IReadOnlyList<MergeRequest>>? OnLand { get; init; }

    /// <summary>Returns the state in which all requests are merged in a batch.</summary>
    public static MergeQueueState Build(MergeQueueState state, IReadOnlyList<MergeRequest> requests) =>
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

    public void Enqueue(MergeRequest request) => State = State.Enqueue(request);

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
        switch (MergeQueueRules.Next(State))
        {
            case MergeQueueStep.LocateEntries locate:
                State = State.Located(locate.Requests, [.. locate.Requests.Select(request => new WorkLocation(PartsOf(request)))]);
                return true;
            case MergeQueueStep.BuildBatch build:
                Begin(build);
                return true;
            case MergeQueueStep.RebuildBatch remake:
                _below[remake.Batch] = [.. Merged];
                State = State.Remade(remake, Merge(remake.Entries, State.Staging, _stagingTree));
                return true;
            case MergeQueueStep.GateBatch gate:
                Gate(State.Find(gate.Batch)!, gate.Runs);
                return true;
            case MergeQueueStep.LandBatch land:
                Land(State.Find(land.Batch)!, land.Length);
                return true;
            case MergeQueueStep.ReturnEntry back:
                var entry = State.Find(back.Batch)!.Entries[back.Length - 1];
                State = State.SentBack(back.Batch, back.Length);
                SentBack.Add(entry);
                OnSentBack?.Invoke(entry);
                return true;
            case MergeQueueStep.EndBatch end:
                State = State.Ended(end.Batch);
                return true;
            case MergeQueueStep.AbandonBatch up:
                State = State.GivenUp(up.Batch);
                return true;
            default:
                return false;
        }
    }

    private void Begin(MergeQueueStep.BuildBatch build)
    {
        Batches++;
        OnBegin?.Invoke(State);
        var below = State.Find(build.After);
        var tree = _stagingTree;
        for (var other = below; other is not null; other = State.Find(other.After))
        {
            tree += other.Rest.Sum(TreeOf);
        }
        State = State.Built(build.Requests, Merge(build.Requests, below?.Merges[^1].Commit ?? State.Staging, tree), build.After);
        _below[State.LastBatch] = below is null ? [.. Merged] : [.. _below[below.Id], .. below.Entries];
        MostAtOnce = Math.Max(MostAtOnce, State.Batches.Count);
    }

    /// <summary>Merges entries. Two trees are the same if they contain the same entries.</summary>
    private IReadOnlyList<MergeResult> Merge(IReadOnlyList<MergeRequest> entries, string onto, long tree)
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

    private static long TreeOf(MergeRequest entry) => string.GetHashCode(entry.Commit, StringComparison.Ordinal);

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

    private void Gate(TrainBatch batch, IReadOnlyList<PrefixRun> runs)
    {
        Rounds++;
        State = State.Started(batch.Id, runs);
        _verified[batch.Id] = [.. _below[batch.Id], .. batch.Entries.Take(batch.Landed)];
        foreach (var run in runs)
        {
            var isNew = !batch.Results.ContainsKey(run.Length);
            var broken = isBroken([.. _below[batch.Id], .. batch.Entries.Take(run.Length)]);
            var last = batch.Entries[run.Length - 1];
            At(
                GateTime(),
                () =>
                {
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
                            }
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
