namespace Orchestrator.Processes.Tests;

public sealed class InterProcessFileLockTests
{
    [Fact]
    public async Task TakeAsync_ManyCallers_OneAtATimeIsInside()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "own", "one.mutex");
        var (inside, most, total) = (0, 0, 0);

        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        using var taken = await InterProcessFileLock.AcquireAsync(path, CancellationToken.None);
                        most = Math.Max(most, Interlocked.Increment(ref inside));
                        total++;
                        await Task.Yield();
                        Interlocked.Decrement(ref inside);
                    })
                )
        );

        Assert.Equal((1, 20), (most, total));
    }

    [Fact]
    public async Task TakeAsync_HeldByAnotherProcess_WaitsUntilThatOneLetsGo()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "one.mutex");
        Task<InterProcessFileLock> waiting;
        await using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            waiting = InterProcessFileLock.AcquireAsync(path, CancellationToken.None);
            Assert.False(waiting.IsCompleted);
        }

        using var taken = await waiting;
        Assert.Throws<IOException>(() => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None).Dispose());
    }

    [Fact]
    public async Task TakeAsync_CancelledWhileItWaits_LeavesThePlaceToTheNext()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "one.mutex");
        using var stop = new CancellationTokenSource();
        Task[] cancelled;
        await using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            cancelled = [InterProcessFileLock.AcquireAsync(path, stop.Token), InterProcessFileLock.AcquireAsync(path, stop.Token)];
            await stop.CancelAsync();
            foreach (var task in cancelled)
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
            }
        }

        using var taken = await InterProcessFileLock.AcquireAsync(path, CancellationToken.None);
        Assert.NotNull(taken);
    }
}
