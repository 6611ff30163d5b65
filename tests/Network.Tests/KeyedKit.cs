using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.TestKit;

namespace Orchestrator.Network.Tests;

/// <summary>The proxy's side of one client that has a placeholder in place of a key, with a scripted service.</summary>
internal sealed class KeyedKit : IDisposable
{
    private readonly List<Socket> _sockets = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TempFolder _folder = new();
    private X509Certificate2? _certificate;
    private KeyInjectingHttpClient? _keys;

    public ConcurrentQueue<IPEndPoint> Dialed { get; } = [];

    /// <summary>Heads of requests that the service received.</summary>
    public ConcurrentQueue<string> Heads { get; } = [];

    /// <summary>Lengths of their bodies.</summary>
    public ConcurrentQueue<long> BodyLengths { get; } = [];

    /// <summary>Heads of requests for tunnels that the upstream proxy received.</summary>
    public ConcurrentQueue<string> Tunnels { get; } = [];

    /// <summary>Entries of the log, one for each request that was sent.</summary>
    public ConcurrentQueue<SandboxConnectionLogRecord> Entries { get; } = [];

    public UpstreamProxyAddress? Upstream { get; set; }

    /// <summary>The connection's own entry.</summary>
    public Task<SandboxConnectionLogRecord?> Served { get; private set; } = Task.FromResult<SandboxConnectionLogRecord?>(null);

    /// <summary>A client of the proxy. Each connection to the service is served by <paramref name="serve"/>.</summary>
    public Socket Connect(
        string service,
        Func<ScriptedService, Task> serve,
        X509Certificate2? certificate = null,
        NetworkMode mode = NetworkMode.Listed
    )
    {
        _certificate = certificate;
        UpstreamDialer dialer = new(
            (name, _) =>
                name is "example.com" ? Task.FromResult<IPAddress[]>([IPAddress.Parse(ProxyKit.Site)])
                : name is "proxy.corp" ? Task.FromResult<IPAddress[]>([IPAddress.Parse("10.9.9.9")])
                : throw new SocketException((int)SocketError.HostNotFound),
            (place, stop) =>
            {
                Dialed.Enqueue(place);
                var near = Join(out var far);
                _ = ServeAsync(far, serve);
                return Task.FromResult(near);
            }
        )
        {
            Upstream = Upstream,
        };
        SandboxRegistrationRequest request = new("a", mode, [], "/log", new SandboxLabels())
        {
            Keys = [new ProxyInjectedApiKey("orchestrate-0123", "real-key", service)],
            Authorities = certificate is null ? [] : [_folder.Write("authority.pem", certificate.ExportCertificatePem())],
        };
        _keys = KeyInjectingHttpClient.Of(request, dialer);
        var client = Join(out var accepted);
        Served = new SandboxConnectionHandler(NetworkPolicy.Of(mode, []), dialer, TimeProvider.System, accepted, forwarded: null)
        {
            Keys = _keys,
            Record = Entries.Enqueue,
        }.ServeAsync(_stop.Token);
        return client;
    }

    public X509Certificate2 MakeCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }

    /// <summary>Receives until a text was received.</summary>
    public static async Task<string> ReceiveUntilAsync(Socket client, string end)
    {
        StringBuilder text = new();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var read = await client.ReceiveAsync(buffer, Eventually.Timeout());
            Assert.True(read > 0, $"The connection ended after: {text}");
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        return text.ToString();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _keys?.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
        _stop.Dispose();
        _folder.Dispose();
    }

    private async Task ServeAsync(Socket socket, Func<ScriptedService, Task> serve)
    {
        try
        {
            Stream stream = new NetworkStream(socket);
            if (Upstream is not null)
            {
                Tunnels.Enqueue(await ReadHeadAsync(stream));
                await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
            }
            if (_certificate is not null)
            {
                SslStream tls = new(stream);
                await tls.AuthenticateAsServerAsync(_certificate);
                stream = tls;
            }
            await serve(new ScriptedService(this, stream, socket));
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The proxy ended the connection, or the test has ended.
        }
    }

    internal async Task<string> ReadHeadAsync(Stream stream)
    {
        StringBuilder head = new();
        var letter = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(letter, _stop.Token);
            head.Append((char)letter[0]);
        }
        return head.ToString();
    }

    private Socket Join(out Socket accepted)
    {
        using Socket door = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        door.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        door.Listen();
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(door.LocalEndPoint!);
        accepted = door.Accept();
        _sockets.AddRange([client, accepted]);
        return client;
    }
}

/// <summary>A connection of the scripted service.</summary>
internal sealed class ScriptedService(KeyedKit kit, Stream stream, Socket socket)
{
    /// <summary>Reads one request, and answers it.</summary>
    public async Task AnswerAsync(string answer, bool ends = false)
    {
        var head = await kit.ReadHeadAsync(stream);
        kit.Heads.Enqueue(head);
        long length = 0;
        if (head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            while (await ReadChunkAsync() is > 0 and var chunk)
            {
                length += chunk;
            }
        }
        else if (head.Split("Content-Length: ") is [_, var rest])
        {
            length = int.Parse(rest.Split('\r')[0], CultureInfo.InvariantCulture);
            await stream.ReadExactlyAsync(new byte[length]);
        }
        kit.BodyLengths.Enqueue(length);
        await SendAsync(answer);
        if (ends)
        {
            socket.Shutdown(SocketShutdown.Both);
        }
    }

    public async Task SendAsync(string text)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        await stream.FlushAsync();
    }

    private async Task<int> ReadChunkAsync()
    {
        StringBuilder line = new();
        var letter = new byte[1];
        while (!line.ToString().EndsWith("\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(letter);
            line.Append((char)letter[0]);
        }
        var size = int.Parse(line.ToString().Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        await stream.ReadExactlyAsync(new byte[size + 2]);
        return size;
    }
}
