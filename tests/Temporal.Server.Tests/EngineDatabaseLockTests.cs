using Temporal.Server;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class EngineDatabaseLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("engine-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TryAcquire_WhileHeld_ReturnsNullAndTellsTheOwner()
    {
        using var first = EngineDatabaseLock.TryAcquire(_folder);
        var owner = first!.Announce("unix:/somewhere");

        Assert.Null(EngineDatabaseLock.TryAcquire(_folder));
        Assert.Equal(owner, EngineDatabaseLock.ReadOwner(_folder));
        Assert.Equal(Environment.ProcessId, owner.Pid);
    }

    [Fact]
    public void TryAcquire_AfterRelease_TakesItAndForgetsTheOwner()
    {
        using (var first = EngineDatabaseLock.TryAcquire(_folder))
        {
            first!.Announce("unix:/somewhere");
        }

        using var second = EngineDatabaseLock.TryAcquire(_folder);
        Assert.NotNull(second);
        Assert.Null(EngineDatabaseLock.ReadOwner(_folder));
    }

    [Fact]
    public void Announce_OwnerFile_IsForTheUserAlone()
    {
        using var file = EngineDatabaseLock.TryAcquire(_folder);
        file!.Announce("unix:/somewhere");

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "engine.owner")));
        }
    }

    [Fact]
    public void ReadOwner_BrokenFile_IsNobody()
    {
        File.WriteAllText(Path.Combine(_folder, "engine.owner"), "{");

        Assert.Null(EngineDatabaseLock.ReadOwner(_folder));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FilesRemovedUnderALivingServer_AreNoticedAndTheGuardKeepsASecondEngineAway(bool isMadeAnew)
    {
        var folder = Path.Combine(_folder, "checkout", ".orchestrator");
        var guard = Path.Combine(_folder, "git", "orchestrator", "engine.lock");
        using var file = EngineDatabaseLock.TryAcquire(folder, guard)!;
        await using var server = await TestServer.StartAsync(file.DatabasePath);
        await server.StartWorkflowAsync("w");
        Assert.False(file.IsRemoved);

        Directory.Delete(folder, recursive: true);
        if (isMadeAnew)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(file.DatabasePath, "");
            File.WriteAllText(Path.ChangeExtension(file.DatabasePath, ".lock"), "");
        }

        Assert.True(file.IsRemoved);
        Assert.Null(EngineDatabaseLock.TryAcquire(folder, guard));
        await server.DisposeAsync();
        file.Dispose();
        using var next = EngineDatabaseLock.TryAcquire(folder, guard);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task DatabaseAloneRemoved_IsNoticed()
    {
        using var file = EngineDatabaseLock.TryAcquire(_folder)!;
        await using var server = await TestServer.StartAsync(file.DatabasePath);
        Assert.False(file.IsRemoved);

        File.Delete(file.DatabasePath);

        Assert.True(file.IsRemoved);
    }
}
