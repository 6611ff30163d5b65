using Temporal.Server;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class EngineFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("engine-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TryAcquire_WhileHeld_ReturnsNullAndTellsTheOwner()
    {
        using var first = EngineFile.TryAcquire(_folder);
        var owner = first!.Announce("unix:/somewhere");

        Assert.Null(EngineFile.TryAcquire(_folder));
        Assert.Equal(owner, EngineFile.ReadOwner(_folder));
        Assert.Equal(Environment.ProcessId, owner.Pid);
    }

    [Fact]
    public void TryAcquire_AfterRelease_TakesItAndForgetsTheOwner()
    {
        using (var first = EngineFile.TryAcquire(_folder))
        {
            first!.Announce("unix:/somewhere");
        }

        using var second = EngineFile.TryAcquire(_folder);
        Assert.NotNull(second);
        Assert.Null(EngineFile.ReadOwner(_folder));
    }

    [Fact]
    public void Announce_OwnerFile_IsForTheUserAlone()
    {
        using var file = EngineFile.TryAcquire(_folder);
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

        Assert.Null(EngineFile.ReadOwner(_folder));
    }
}
