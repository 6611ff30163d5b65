using System.Collections.Concurrent;
using Orchestrator.TestKit;

namespace Orchestrator.Network.Tests;

/// <summary>The proxy's side of one client, with name server and hosts of the test. Hosts have public addresses, and listen on the
/// loopback.</summary>
internal sealed class ProxyKit : IDisposable
{
    public const string Site = "93.184.216.34";

    private readonly List<Socket> _sockets = [];
    private readonly Dictionary<string, string[]> _names = new() { ["example.com"] = [Site], ["other.com"] = ["93.184.216.35"] };
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Addresses that were dialed.</summary>
    public ConcurrentQueue<IPEndPoint> Dialed { get; } = [];

    /// <summary>Names that were resolved.</summary>
    public ConcurrentQueue<string> Resolved { get; } = [];

    /// <summary>The upstream proxy; null for none.</summary>
    public UpstreamProxyAddress? Upstream { get; set; }

    /// <summary>The answer of the upstream proxy. After a 2xx answer it acts as the host.</summary>
    public string UpstreamAnswer { get; set; } = "";

    /// <summary>Heads that the upstream proxy received.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The bytes that the host received.</summary>
    public ConcurrentQueue<string> Received { get; } = [];

    /// <summary>The entry of the last client.</summary>
    public Task<SandboxConnectionLogRecord?> Entry { get; private set; } = Task.FromResult<SandboxConnectionLogRecord?>(null);

    public ProxyKit Name(string name, params string[] addresses)
    {
        _names[name] = addresses;
        return this;
    }

    /// <summary>A client of the proxy. The host answers with <paramref name="answer"/> to the first bytes, and ends.</summary>
    public Socket Connect(NetworkPolicy policy, string answer = "", bool speaksFirst = false)
    {
        var door = Listen();
        UpstreamDialer dialer = new(
            (name, _) =>
            {
                Resolved.Enqueue(name);
                return _names.TryGetValue(name, out var found)
                    ? Task.FromResult(Array.ConvertAll(found, IPAddress.Parse))
                    : throw new SocketException((int)SocketError.HostNotFound);
            },
            (place, stop) => HostAsync(place, answer, speaksFirst, stop)
        )
        {
            Upstream = Upstream,
        };
        var client = Join(door, out var accepted);
        Entry = new SandboxConnectionHandler(policy, dialer, TimeProvider.System, accepted, forwarded: null).ServeAsync(_stop.Token);
        return client;
    }

    /// <summary>Sends bytes, ends, and gives all that comes back.</summary>
    public static async Task<string> AskAsync(Socket client, params IReadOnlyList<byte[]> parts)
    {
        foreach (var part in parts)
        {
            await client.SendAsync(part, Eventually.Timeout());
        }
        client.Shutdown(SocketShutdown.Send);
        using MemoryStream answer = new();
        var buffer = new byte[4096];
        while (await client.ReceiveAsync(buffer, Eventually.Timeout()) is > 0 and var read)
        {
            answer.Write(buffer, 0, read);
        }
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static NetworkPolicy Listed(params string[] allow) => NetworkPolicy.Of(NetworkMode.Listed, allow);

    public void Dispose()
    {
        _stop.Cancel();
        _sockets.ForEach(socket => socket.Dispose());
        _stop.Dispose();
    }

    private Task<Socket> HostAsync(IPEndPoint place, string answer, bool speaksFirst, CancellationToken stop)
    {
        Dialed.Enqueue(place);
        var near = Join(Listen(), out var host);
        _ = Task.Run(
            async () =>
            {
                if (place.Port == Upstream?.Port && !await OpensTunnelAsync(host))
                {
                    return;
                }
                if (speaksFirst)
                {
                    await host.SendAsync(Bytes(answer), stop);
                }
                var buffer = new byte[65536];
                var count = await host.ReceiveAsync(buffer, _stop.Token);
                Received.Enqueue(Encoding.Latin1.GetString(buffer, 0, count));
                await host.SendAsync(Bytes(speaksFirst ? "" : answer), _stop.Token);
                host.Shutdown(SocketShutdown.Send);
            },
            stop
        );
        return Task.FromResult(near);
    }

    private async Task<bool> OpensTunnelAsync(Socket host)
    {
        var buffer = new byte[4096];
        var count = 0;
        while (HttpRequestHead.LengthIn(buffer.AsSpan(0, count)) < 0)
        {
            count += await host.ReceiveAsync(buffer.AsMemory(count), _stop.Token);
        }
        Requests.Enqueue(Encoding.Latin1.GetString(buffer, 0, count));
        await host.SendAsync(Bytes(UpstreamAnswer), _stop.Token);
        var isOpen = UpstreamAnswer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) && UpstreamAnswer.Contains("\r\n\r\n");
        if (!isOpen)
        {
            host.Shutdown(SocketShutdown.Send);
        }
        return isOpen;
    }

    private Socket Listen()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private Socket Join(Socket door, out Socket accepted)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(door.LocalEndPoint!);
        accepted = door.Accept();
        _sockets.AddRange([client, accepted]);
        return client;
    }
}
