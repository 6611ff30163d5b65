using Orchestrator.Messages;
using Orchestrator.Workflows.Train;

namespace Orchestrator.Workflows.Tests.Train;

/// <summary>
/// The train's rules in a world without git and gates, with a clock of its own: work comes, gates take their time, what is sent back comes
/// again.
/// </summary>
internal sealed class TrainSimulator
{
    private readonly Func<IReadOnlyList<MergeRequest>, bool> _isBroken;
    private readonly Func<bool> _fails;
    private readonly PriorityQueue<Action, (double At, int Number)> _agenda = new();
    private double _now;
    private int _number;

    /// <param name="state">Limits; nothing waits yet.</param>
    /// <param name="isBroken">True if gates always fail on a tree with this request.</param>
    /// <param name="fails">Decides if a gate fails by chance this time.</param>
    public TrainSimulator(MergeQueueState state, Func<IReadOnlyList<MergeRequest>, bool> isBroken, Func<bool>? fails = null)
    {
        State = state;
        _isBroken = isBroken;
        _fails = fails ?? (() => false);
    }

    public MergeQueueState State { get; private set; }

    /// <summary>On staging, in order.</summary>
    public List<MergeRequest> Merged { get; } = [];

    /// <summary>In the order in which they were.</summary>
    public List<MergeRequest> SentBack { get; } = [];

    /// <summary>Trees on which all gates were run.</summary>
    public int Runs { get; private set; }

    /// <summary>Gates that were run again on the same tree.</summary>
    public int Reruns { get; private set; }

    /// <summary>Times that gates were waited for.</summary>
    public int Rounds { get; private set; }

    public int Batches { get; private set; }

    /// <summary>Duration of a gate run.</summary>
    public Func<double> GateTime { get; init; } = () => 1;

    /// <summary>Is told of each that is sent back.</summary>
    public Action<MergeRequest>? OnSentBack { get; init; }

    /// <summary>Is told of each batch, with what waits.</summary>
    public Action<MergeQueueState>? OnBegin { get; init; }

    /// <summary>All of a batch can be merged.</summary>
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

    /// <summary>Something happens later.</summary>
    public void At(double after, Action what) => _agenda.Enqueue(what, (_now + after, _number++));

    /// <summary>Until nothing happens any more.</summary>
    public void Run()
    {
        do
        {
            while (Step()) { }
        } while (Advance());
    }

    /// <summary>Plays the next event, or returns false if there is none.</summary>
    public bool Advance()
    {
        if (!_agenda.TryDequeue(out var next, out var when))
        {
            return false;
        }
        _now = when.At;
        next();
        return true;
    }

    /// <summary>Takes one step, or returns false if the queue waits.</summary>
    public bool Step()
    {
        switch (MergeQueueRules.Next(State))
        {
            case MergeQueueStep.Build build:
                Begin();
                State = Build(State, build.Requests);
                return true;
            case MergeQueueStep.Gate gate:
                Gate(gate.Runs);
                return true;
            case MergeQueueStep.Land land:
                Merged.AddRange(State.Batch!.Entries.Take(land.Length).Skip(State.Batch.Landed));
                State = State.Landed(land.Length);
                return true;
            case MergeQueueStep.SendBack back:
                var entry = State.Batch!.Entries[back.Length - 1];
                State = State.SentBack(back.Length);
                TellSentBack(entry);
                return true;
            case MergeQueueStep.End:
                State = State.Ended();
                return true;
            case MergeQueueStep.GiveUp:
                State = State.GivenUp();
                return true;
            default:
                return false;
        }
    }

    private void Begin()
    {
        Batches++;
        OnBegin?.Invoke(State);
    }

    private void Gate(IReadOnlyList<PrefixRun> runs)
    {
        Rounds++;
        State = State.Started(runs);
        foreach (var run in runs)
        {
            // What is merged in it is what it was when it began.
            var isNew = !State.Batch!.Results.ContainsKey(run.Length);
            var isBroken = _isBroken([.. Merged, .. State.Batch.Entries.Skip(State.Batch.Landed).Take(run.Length - State.Batch.Landed)]);
            At(
                GateTime(),
                () =>
                {
                    var failures = Try(isBroken, run.Tries, isNew);
                    var isGreen = failures < run.Tries;
                    State = State.Gated(
                        run.Length,
                        isGreen
                            ? new MergeResult { Outcome = MergeOutcome.Made, Flaky = failures > 0 || !isNew ? ["tests"] : [] }
                            : new MergeResult { Failures = failures, Failed = ["tests"] }
                    );
                }
            );
        }
    }

    /// <summary>Number of failures of the gate, limited by its tries.</summary>
    private int Try(bool isBroken, int tries, bool isNew)
    {
        Runs += isNew ? 1 : 0;
        Reruns += isNew ? 0 : 1;
        var failures = 0;
        while (isBroken || _fails())
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

    private void TellSentBack(MergeRequest request)
    {
        SentBack.Add(request);
        OnSentBack?.Invoke(request);
    }
}
