using Orchestrator.Runs.Tasks.Transfer;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Turns of shared tasks and runs.</summary>
public sealed class KeyedLocksTests
{
    private readonly HashSet<string> _needed = [];
    private readonly KeyedLocks<string, List<int>> _turns;

    public KeyedLocksTests() => _turns = new KeyedLocks<string, List<int>>(_needed.Contains);

    [Fact]
    public async Task Take_HeldKey_WaitsAndSeesTheStateOfTheHolder()
    {
        var first = await _turns.TakeAsync("a", default);
        first.State.Add(1);
        var second = _turns.TakeAsync("a", default);
        using var other = await _turns.TakeAsync("b", default);

        Assert.False(second.IsCompleted);
        first.Dispose();
        using var turn = await second;

        Assert.Equal([1], turn.State);
    }

    [Fact]
    public async Task Dispose_LastHolder_DropsTheKey()
    {
        using var given = new CancellationTokenSource();
        var holder = await _turns.TakeAsync("a", default);
        var waiting = _turns.TakeAsync("a", given.Token);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(1, _turns.Count);
        holder.Dispose();

        Assert.Equal(0, _turns.Count);
    }

    [Fact]
    public async Task Take_AnotherKey_DropsUnusedKeysThatAreNeededNoMore()
    {
        _needed.Add("a");
        (await _turns.TakeAsync("a", default)).Dispose();
        Assert.Equal(1, _turns.Count);
        _needed.Clear();

        (await _turns.TakeAsync("b", default)).Dispose();

        Assert.Equal(0, _turns.Count);
    }
}
