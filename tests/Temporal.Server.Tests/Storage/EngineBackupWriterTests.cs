using Temporal.Server;
using Temporal.Server.Verification;
using Temporalio.Api.Enums.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Storage;

public sealed class EngineBackupWriterTests : IDisposable
{
    private readonly EngineFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Create_WhileTheServerWrites_IsWholeAndServes()
    {
        var acknowledged = 0;
        int atBackup;
        await using (var server = await TestServer.StartAsync(_folder.DatabasePath))
        {
            await BusyFile.FillAsync(server);
            await server.StartWorkflowAsync("w");
            using var stop = new CancellationTokenSource();
            var writing = Task.Run(async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    await server.SignalAsync("w", "s" + i);
                    Interlocked.Increment(ref acknowledged);
                }
            });
            while (Volatile.Read(ref acknowledged) < 20)
            {
                await Task.Delay(1);
            }

            atBackup = Volatile.Read(ref acknowledged);
            var bytes = EngineBackupWriter.Create(_folder.DatabasePath, _folder.PathOf("copy.db"));
            await stop.CancelAsync();
            await writing;
            Assert.Equal(new FileInfo(_folder.PathOf("copy.db")).Length, bytes);
        }

        Assert.Empty(EngineDatabaseVerifier.Verify(_folder.PathOf("copy.db")).Faults);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_folder.DatabasePath)!, "*partial*"));
        await using var copy = await TestServer.StartAsync(_folder.PathOf("copy.db"));
        Assert.True((await copy.HistoryAsync("w")).Count(e => e.EventType == EventType.WorkflowExecutionSignaled) >= atBackup);
        await copy.SignalAsync("w", "more");
    }

    [Fact]
    public async Task Create_OverAFileOrFromNone_IsRefusedAndLeavesNothing()
    {
        File.WriteAllText(_folder.PathOf("there"), "mine");
        await using var server = await TestServer.StartAsync(_folder.DatabasePath);

        Assert.Throws<InvalidOperationException>(() => EngineBackupWriter.Create(_folder.DatabasePath, _folder.PathOf("there")));
        Assert.Throws<InvalidOperationException>(() => EngineBackupWriter.Create(_folder.PathOf("missing"), _folder.PathOf("copy")));
        Assert.Throws<InvalidOperationException>(() => EngineBackupWriter.Create(_folder.DatabasePath, _folder.PathOf("no/folder")));

        Assert.Equal("mine", File.ReadAllText(_folder.PathOf("there")));
        Assert.False(File.Exists(_folder.PathOf("copy")));
    }
}
