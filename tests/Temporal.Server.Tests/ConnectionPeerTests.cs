using System.Net;
using System.Net.Sockets;
using Orchestrator.Agents.Tests;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Temporal.Server.Common;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A sandboxed program has the same user id as its user, so the PID namespace distinguishes it.</summary>
public sealed class ConnectionPeerTests
{
    [Fact]
    public async Task Of_ProgramOnThisMachine_IsItsUsers() => Assert.NotNull(await PeerAsync(null));

    [BubblewrapFact]
    public async Task Of_ConfinedProgram_IsNobodys() =>
        Assert.Null(await PeerAsync(new Sandbox((await new Bubblewrap().CheckAsync()).Program!)));

    private static async Task<uint?> PeerAsync(Sandbox? sandbox)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var client = new ProcessRunner().RunAsync(
            new ChildProcessOptions("bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/{port}; read -r line <&3") { Sandbox = sandbox }
        );
        using var connection = await listener.AcceptSocketAsync();
        var peer = ConnectionPeer.Of(connection.RemoteEndPoint, connection.LocalEndPoint);
        connection.Close();
        await client;
        return peer.UserId;
    }
}
