using Orchestrator.Git;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Git.Tests;

public sealed class MutexFileTests
{
    [Fact]
    public async Task Take_ManyCallersOfBothKinds_OneAtATimeIsInside()
    {
        using var files = await TemporaryRepository.CreateAsync();
        var path = files.Beside("own/one.mutex");
        var inside = 0;
        var most = 0;
        var total = 0;

        async Task WaitWithoutThreadAsync()
        {
            using var taken = await MutexFile.TakeAsync(path, CancellationToken.None);
            Visit();
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        }

        void WaitOnThread()
        {
            using var taken = MutexFile.Take(path);
            Visit();
            Interlocked.Decrement(ref inside);
        }

        void Visit()
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            total++;
        }

        // Threads of their own: in the pool they would keep the others from going on.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(number => number % 2 == 0
            ? Task.Run(WaitWithoutThreadAsync)
            : Task.Factory.StartNew(WaitOnThread, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(1, most);
        Assert.Equal(100, total);
    }

    [Fact]
    public async Task TakeAsync_HeldByAnotherProcess_WaitsUntilThatOneLetsGo()
    {
        using var files = await TemporaryRepository.CreateAsync();
        var path = files.Beside("one.mutex");
        Task<MutexFile> waiting;
        await using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            waiting = MutexFile.TakeAsync(path, CancellationToken.None);
            Assert.False(waiting.IsCompleted);
        }

        using var taken = await waiting;
        Assert.Throws<IOException>(() => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None).Dispose());
    }

    [Fact]
    public async Task TakeAsync_CancelledInTheQueueOrAtTheFile_LeavesThePlaceToTheNext()
    {
        using var files = await TemporaryRepository.CreateAsync();
        var path = files.Beside("one.mutex");
        using var stop = new CancellationTokenSource();
        Task[] cancelled;
        await using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            cancelled = [MutexFile.TakeAsync(path, stop.Token), MutexFile.TakeAsync(path, stop.Token)];
            await stop.CancelAsync();
            foreach (var task in cancelled)
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }

        using var taken = await MutexFile.TakeAsync(path, CancellationToken.None);
        Assert.NotNull(taken);
    }
}
