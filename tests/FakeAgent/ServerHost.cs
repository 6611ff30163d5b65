using System.Net;
using System.Net.Sockets;

namespace Orchestrator.FakeAgent;

/// <summary>A server that an agent starts to try its work, and forgets.</summary>
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
