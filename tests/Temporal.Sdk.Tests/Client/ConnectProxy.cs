using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

/// <summary>An HTTP proxy that knows <c>CONNECT</c> alone.</summary>
/// <param name="status">What it answers with.</param>
internal sealed class ConnectProxy(string status = "200 Connection established") : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentQueue<string> _heads = new();
    private readonly ConcurrentBag<Task> _tunnels = [];
    private Task _serving = Task.CompletedTask;

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>What it was asked with, up to the empty line.</summary>
    public IReadOnlyCollection<string> Heads => _heads;

    public ConnectProxy Start()
    {
        _listener.Start();
        _serving = ServeAsync();
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Stop();
        await _serving;
        await Task.WhenAll(_tunnels);
        _stopped.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _tunnels.Add(TunnelAsync(await _listener.AcceptTcpClientAsync(_stopped.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TunnelAsync(TcpClient client)
    {
        using var one = client;
        try
        {
            var stream = client.GetStream();
            var head = new StringBuilder();
            var next = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                await stream.ReadExactlyAsync(next, _stopped.Token);
                head.Append((char)next[0]);
            }

            _heads.Enqueue(head.ToString());
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nVia: test\r\n\r\n"), _stopped.Token);
            if (!status.StartsWith('2'))
            {
                return;
            }

            using var server = new TcpClient();
            await server.ConnectAsync(IPEndPoint.Parse(head.ToString().Split(' ')[1]), _stopped.Token);
            await Task.WhenAny(
                stream.CopyToAsync(server.GetStream(), _stopped.Token),
                server.GetStream().CopyToAsync(stream, _stopped.Token)
            );
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or SocketException)
        {
            // One end has hung up.
        }
    }
}
