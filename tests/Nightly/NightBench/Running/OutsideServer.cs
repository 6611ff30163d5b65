using System.Net;
using System.Net.Sockets;

namespace Orchestrator.NightBench.Running;

/// <summary>A server on this machine that no agent may reach. It counts the bytes that come.</summary>
public sealed class OutsideServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _accepting;
    private long _bytes;

    /// <summary>Starts the server on a free port.</summary>
    public OutsideServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Port of the server.</summary>
    public int Port { get; }

    /// <summary>Bytes that have come.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Stop();
        _accepting.Wait();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var buffer = new byte[4096];
                while (await client.GetStream().ReadAsync(buffer) is > 0 and var read)
                {
                    Interlocked.Add(ref _bytes, read);
                }
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or IOException)
        {
            // The server was stopped.
        }
    }
}
