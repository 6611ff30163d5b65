using System.Globalization;
using Orchestrator.Messages;
using Orchestrator.Workflows.Train;
using Xunit;

namespace Orchestrator.Workflows.Tests.Train;

/// <summary>A random history of a merge queue: arrivals with priorities, durations of gates, culprits, pairs that fail or conflict only
/// together, flaky gates, commits of others on the target, landings of parts, and lost workflows.</summary>
internal sealed class QueueHistory
{
    private readonly Random _random;
    private readonly string _name;
    private readonly int _entries;
    private readonly int _lanes;
    private readonly int _others;
    private readonly double _flakes;
    private readonly QueueBreakage _broken;
    private readonly HashSet<(string, string)> _clashes;
    private readonly Dictionary<TaskMergeRequest, IReadOnlyList<string>> _parts = [];
    private readonly TrainSimulator _world;
    private IReadOnlyList<TaskMergeRequest> _target = [];

    private QueueHistory(int seed, MergeQueueBatchOptions? rules)
    {
        (_random, _name) = (new Random(seed), $"seed {seed}, {rules}");
        (_entries, _lanes, _others) = (_random.Next(3, 40), _random.Next(1, 5), _random.Next(0, 4));
        _flakes = _random.NextDouble() * 0.05;
        _broken = new QueueBreakage(_random, _entries + _others) { LaneOf = LaneOf };
        _clashes = [.. Enumerable.Range(0, _random.Next(0, 4)).Select(_ => (AnyTask(), AnyTask()))];
        var state = new MergeQueueState
        {
            Rules = rules,
            Verdicts = new MergeQueueStatistics(0, 0),
            Limit = _random.Next(1, 9),
            Parallel = _random.Next(1, 4),
        };
        _world = new TrainSimulator(state, _broken.IsIn, () => _random.NextDouble() < _flakes)
        {
            GateTime = () => 0.1 + _random.NextDouble(),
            Conflicts = Conflicts,
            PartsOf = entry => _parts[entry] = _random.Next(10) == 0 ? [] : [LaneOf(entry)],
            OnBegin = CheckOrder,
            OnLand = CheckLanding,
            OnSentBack = entry => _world!.At(_random.NextDouble() * 5, () => _world!.Enqueue(Again(entry))),
        };
    }

    /// <summary>Plays a history, and checks it at each step and at its end.</summary>
    /// <param name="seed">Seed of the history. What arrives, breaks and happens is the same with all rules.</param>
    /// <param name="rules">Rules of the queue, or null for those of queues from before.</param>
    /// <returns>The tasks that landed.</returns>
    public static string Play(int seed, MergeQueueBatchOptions? rules)
    {
        var history = new QueueHistory(seed, rules);
        history.Plan();
        history._world.Run();
        return history.CheckEnd();
    }

    /// <summary>Draws all that happens, before any of it does.</summary>
    private void Plan()
    {
        var at = 0.0;
        foreach (var i in Enumerable.Range(1, _entries))
        {
            at += _random.NextDouble();
            _world.At(at, Arrive(new TaskMergeRequest($"t{i}", $"c{i}", 1) { Turn = i - _random.Next(-20, 31) }));
        }
        foreach (var i in Enumerable.Range(_entries + 1, _others))
        {
            _world.At(_random.NextDouble() * at, Take(new TaskMergeRequest($"t{i}", $"c{i}", 1)));
        }
        for (var parts = _random.Next(0, 4); parts > 0; parts--)
        {
            _world.At(_random.NextDouble() * at, () => _world.WhenQuiet(Land));
        }
        for (var kills = _random.Next(0, 4); kills > 0; kills--)
        {
            var forgets = _random.Next(2) == 0;
            _world.At(_random.NextDouble() * at, () => _world.Restart(forgets));
        }

        Action Arrive(TaskMergeRequest request) => () => _world.Enqueue(request);
        Action Take(TaskMergeRequest others) => () => _world.WhenQuiet(() => TakeIn(others));
    }

    /// <summary>Merges a commit of others on the target into staging, unless the gates fail with it. They repair it then.</summary>
    private void TakeIn(TaskMergeRequest others)
    {
        if (_broken.IsIn([.. _world.Merged, others]) || Conflicts(others, _world.Merged))
        {
            _world.At(_random.NextDouble(), () => _world.WhenQuiet(() => TakeIn(Again(others))));
            return;
        }
        _world.MoveStaging(others);
    }

    private void Land()
    {
        Assert.False(_broken.IsIn(_world.Merged), $"{_name}: a part that fails lands");
        Assert.True(_target.SequenceEqual(_world.Merged.Take(_target.Count)), $"{_name}: the target loses work");
        _target = [.. _world.Merged];
    }

    /// <summary>No entry is overtaken by one of a later turn whose gates it can influence, so that none waits for ever.</summary>
    private void CheckOrder(MergeQueueState state, IReadOnlyList<TaskMergeRequest> batch)
    {
        Assert.True(_world.Runs < 100 * (_entries + 1), $"{_name}: the queue makes no progress");
        foreach (var waiting in state.Ready.Except(batch))
        {
            var overtaking = batch.FirstOrDefault(entry =>
                waiting.Turn < entry.Turn && state.FootprintOf(entry).Overlaps(state.FootprintOf(waiting))
            );
            Assert.True(overtaking is null, $"{_name}: {overtaking?.Commit} overtakes {waiting.Commit}");
        }
    }

    /// <summary>Staging moves only by merges onto itself, whose gates ran on a tree with all landed work that they can be influenced by.
    /// </summary>
    private void CheckLanding(TrainBatch batch, IReadOnlyList<TaskMergeRequest> below)
    {
        var (verified, staging) = (below.Concat(batch.Entries.Take(batch.Landed)).ToList(), _world.Merged);
        Assert.True(batch.Base == _world.State.Staging, $"{_name}: staging loses work");
        Assert.True(
            staging.Except(verified).All(entry => !batch.Footprint.Overlaps(ChangeFootprint.Of(_parts.GetValueOrDefault(entry, []))))
                && verified.All(staging.Contains),
            $"{_name}: {batch.Id} with {Names(batch.Entries)} on {Names(verified)} lands on {Names(staging)}"
        );
    }

    private string CheckEnd()
    {
        Assert.False(_broken.IsIn(_world.Merged), $"{_name}: staging fails");
        Assert.Empty(_world.State.Queue);
        Assert.Empty(_world.State.Batches);
        Land();
        var landed = _target.Select(entry => entry.TaskId).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(landed.Count, landed.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(_entries + _others, landed.Count);
        return string.Join(" ", landed);
    }

    private bool Conflicts(TaskMergeRequest entry, IReadOnlyList<TaskMergeRequest> below) =>
        entry.Attempt == 1
        && below.Any(other =>
            other.TaskId != entry.TaskId
            && LaneOf(other) == LaneOf(entry)
            && (_clashes.Contains((entry.TaskId, other.TaskId)) || _clashes.Contains((other.TaskId, entry.TaskId)))
        );

    private string AnyTask() => $"t{_random.Next(1, _entries + _others + 1)}";

    private string LaneOf(TaskMergeRequest entry) => $"lane {int.Parse(entry.TaskId[1..], CultureInfo.InvariantCulture) % _lanes}";

    private static TaskMergeRequest Again(TaskMergeRequest entry) =>
        entry with
        {
            Attempt = entry.Attempt + 1,
            Commit = entry.Commit + "+",
        };

    private static string Names(IEnumerable<TaskMergeRequest> entries) => string.Join(" ", entries.Select(entry => entry.Commit));
}
