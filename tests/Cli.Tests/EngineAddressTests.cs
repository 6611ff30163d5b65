using Xunit;

namespace Orchestrator.Cli.Tests;

public sealed class EngineAddressTests
{
    private static readonly string LongFolder = "/repository/" + new string('x', 120) + "/.orchestrator";

    [Fact]
    public void Socket_PathTooLong_LiesInAFolderOfTheUserAlone()
    {
        var socket = EngineAddress.SocketOf(LongFolder, new Dictionary<string, string>());

        var folder = new DirectoryInfo(Path.GetDirectoryName(socket)!);
        Assert.Null(folder.LinkTarget);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            folder.UnixFileMode & ~UnixFileMode.SetGroup
        );
        Assert.Equal(socket, EngineAddress.SocketOf(LongFolder, new Dictionary<string, string>()));
    }

    [Fact]
    public void Socket_RuntimeFolderOfTheUser_IsUsed()
    {
        var socket = EngineAddress.SocketOf(LongFolder, new Dictionary<string, string> { ["XDG_RUNTIME_DIR"] = "/var" });

        Assert.StartsWith("/var/orchestrate-", socket, StringComparison.Ordinal);
    }

    [Fact]
    public void Socket_ShortPath_LiesBesideTheEngine() =>
        Assert.Equal("/r/.orchestrator/engine.sock", EngineAddress.SocketOf("/r/.orchestrator", new Dictionary<string, string>()));
}
