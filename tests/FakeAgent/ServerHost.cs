using System.Net;
using System.Net.Sockets;

namespace Orchestrator.FakeAgent;

/// <summary>Simulates a server that an agent starts to test its work and never stops.</summary>
internal static class ServerHost
{
    internal static int Run(string addressFile)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        File.WriteAllText(addressFile, $"{listener.LocalEndpoint}");
        while (true)
        {
            listener.AcceptTcpClient().Dispose();
        }
    }
}
