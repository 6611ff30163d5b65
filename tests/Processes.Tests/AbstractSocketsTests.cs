using Xunit;

namespace Orchestrator.Processes.Tests;

public sealed class AbstractSocketsTests
{
    [Fact]
    public void Listening_TableOfTheKernel_NamesThoseWithoutAFileThatSomebodyListensOn() =>
        Assert.Equal(
            ["@/tmp/.X11-unix/X0", "@dbus two words"],
            AbstractSockets.Listening([
                "Num       RefCount Protocol Flags    Type St Inode Path",
                "0000000000000000: 00000002 00000000 00010000 0001 01 21034 @dbus two words",
                "0000000000000000: 00000002 00000000 00010000 0001 01 21035 @/tmp/.X11-unix/X0",
                "0000000000000000: 00000003 00000000 00000000 0001 03 21036 @/tmp/.X11-unix/X0",
                "0000000000000000: 00000003 00000000 00000000 0001 03 21037 @connected",
                "0000000000000000: 00000002 00000000 00010000 0001 01 21038 /run/user/1000/bus",
                "0000000000000000: 00000003 00000000 00000000 0001 03 21039",
            ])
        );

    [Fact]
    public void Listening_OneThatThisProcessOpens_IsNamed()
    {
        var name = $"orchestrate-test-{Guid.NewGuid():N}";
        using System.Net.Sockets.Socket socket = new(
            System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Unspecified
        );
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint("\0" + name));
        Assert.DoesNotContain("@" + name, AbstractSockets.Listening());

        socket.Listen();

        Assert.Contains("@" + name, AbstractSockets.Listening());
    }
}
