using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Processes.Tests;

public sealed class TcpClientProcessLookupResultTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.5")]
    [InlineData("::1", "::1")]
    public async Task Find_OpenConnection_IsOpenWhicheverAddressItHas(string listening, string called)
    {
        using var connection = await ConnectAsync(listening, called);

        Assert.True(connection.Find()!.IsOpen);
    }

    /// <summary>A caller that sends its request, closes and ends is not taken for one of another machine.</summary>
    [Fact]
    public async Task Find_ClosedByTheClient_IsOfThisMachineAndNotOpen()
    {
        using var connection = await ConnectAsync("127.0.0.1", "127.0.0.1");

        connection.Client.Dispose();

        // A program that another test starts at this moment has a copy of the socket until it is executed.
        await Shell.WaitUntilAsync(() => !connection.Find()!.IsOpen, "it is closed");
    }

    [Fact]
    public async Task Find_ClosedInOneDirection_IsOpen()
    {
        using var connection = await ConnectAsync("127.0.0.1", "127.0.0.1");

        connection.Client.Client.Shutdown(SocketShutdown.Send);

        Assert.True(connection.Find()!.IsOpen);
    }

    /// <summary>Another connection from the same port does not stand in for the one that is asked for.</summary>
    [Fact]
    public async Task Find_SamePortToAnotherServer_IsAnotherConnection()
    {
        using var connection = await ConnectAsync("127.0.0.1", "127.0.0.1");
        var server = new IPEndPoint(IPAddress.Parse("127.0.0.9"), connection.Server.Port);

        Assert.False(TcpClientProcessLookupResult.Find(connection.Caller, server)!.IsOpen);
    }

    [Theory]
    [InlineData("203.0.113.7")]
    [InlineData("2001:db8::7")]
    public void Find_ClientOfAnotherMachine_IsNull(string address) =>
        Assert.Null(
            TcpClientProcessLookupResult.Find(new IPEndPoint(IPAddress.Parse(address), 40_000), new IPEndPoint(IPAddress.Loopback, 80))
        );

    private static async Task<Connection> ConnectAsync(string listening, string called)
    {
        var address = IPAddress.Parse(listening);
        using var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.Equals(IPAddress.IPv6Any))
        {
            listener.DualMode = true;
        }
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen();
        var target = IPAddress.Parse(called);
        var client = new TcpClient(target.AddressFamily);
        await client.ConnectAsync(target, ((IPEndPoint)listener.LocalEndPoint!).Port);
        return new Connection(client, await listener.AcceptAsync());
    }

    private sealed record Connection(TcpClient Client, Socket Accepted) : IDisposable
    {
        public IPEndPoint Caller { get; } = (IPEndPoint)Accepted.RemoteEndPoint!;

        public IPEndPoint Server { get; } = (IPEndPoint)Accepted.LocalEndPoint!;

        public TcpClientProcessLookupResult? Find() => TcpClientProcessLookupResult.Find(Caller, Server);

        public void Dispose()
        {
            Client.Dispose();
            Accepted.Dispose();
        }
    }
}
