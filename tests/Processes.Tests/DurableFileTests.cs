using Xunit;

namespace Orchestrator.Processes.Tests;

public sealed class DurableFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Two hundred rounds: by looking first and renaming then, several of twenty believed that they were the one.</summary>
    [Fact]
    public async Task TryCreate_ManyAtOnce_OneDoesItAndAllReadWhatItWrote()
    {
        for (var round = 0; round < 200; round++)
        {
            var file = _folder[$"round-{round}/file"];
            using Barrier barrier = new(4);
            var all = await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(number =>
                        Task.Factory.StartNew(
                            () =>
                            {
                                barrier.SignalAndWait();
                                return (Did: DurableFile.TryCreate(file, $"{number}"), Read: DurableFile.TryRead(file), Number: number);
                            },
                            CancellationToken.None,
                            TaskCreationOptions.LongRunning,
                            TaskScheduler.Default
                        )
                    )
            );

            var first = Assert.Single(all, one => one.Did);
            Assert.All(all, one => Assert.Equal($"{first.Number}", one.Read));
            Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
        }
    }

    [Fact]
    public void TryCreate_WhereTheFolderIsAFile_Throws()
    {
        File.WriteAllText(_folder["file"], "");

        Assert.ThrowsAny<IOException>(() => DurableFile.TryCreate(_folder["file/within"], "text"));
    }

    public void Dispose() => _folder.Dispose();
}
