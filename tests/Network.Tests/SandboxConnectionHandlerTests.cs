namespace Orchestrator.Network.Tests;

/// <summary>Connections by real sockets, with name server and hosts of the test.</summary>
public sealed class SandboxConnectionHandlerTests : IDisposable
{
    private static readonly NetworkPolicy Example = ProxyKit.Listed("example.com");
    private readonly ProxyKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Connect_UnlistedHost_IsAnsweredWithTheSentence()
    {
        var answer = await ProxyKit.AskAsync(
            _kit.Connect(Example),
            ProxyKit.Bytes("CONNECT other.com:443 HTTP/1.1\r\nHost: other.com:443\r\n\r\n")
        );

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith(
            "\r\n\r\norchestrate refused other.com:443: it is not in permissions.network.allow. The user can allow it with: "
                + "orchestrate network allow other.com\n",
            answer,
            StringComparison.Ordinal
        );
        Assert.Empty(_kit.Dialed);
        var entry = await _kit.Entry;
        Assert.Equal(
            ("other.com", 443, NetworkDecision.Refused, NetworkRefusalReason.NotListed),
            (entry!.Host, entry.Port, entry.Decision, entry.Reason)
        );
    }

    [Fact]
    public async Task Connect_TlsOfTheSameName_ReachesTheHostByteForByte()
    {
        var hello = await Hellos.OfAsync("example.com");

        var answer = await ProxyKit.AskAsync(_kit.Connect(Example, "served"), Connect("example.com:443"), hello);

        Assert.Equal("HTTP/1.1 200 Connection established\r\n\r\nserved", answer);
        Assert.Equal(Encoding.Latin1.GetString(hello), Assert.Single(_kit.Received));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(ProxyKit.Site), 443), Assert.Single(_kit.Dialed));
        var entry = await _kit.Entry;
        Assert.Equal((NetworkDecision.Allowed, (long)hello.Length, 6L), (entry!.Decision, entry.Up, entry.Down));
    }

    [Fact]
    public async Task Connect_HelloInPieces_IsReadToItsEnd()
    {
        var hello = await Hellos.OfAsync("example.com");

        var answer = await ProxyKit.AskAsync(
            _kit.Connect(Example, "served"),
            [.. Connect("example.com:443").Chunk(10), .. hello.Chunk(50)]
        );

        Assert.EndsWith("served", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other.com")]
    [InlineData("example.com.evil.net")]
    [InlineData("")]
    public async Task Connect_TlsOfAnotherName_SendsNothingToTheHost(string name)
    {
        var answer = await ProxyKit.AskAsync(_kit.Connect(Example, "served"), Connect("example.com:443"), await Hellos.OfAsync(name));

        Assert.EndsWith("\u0015\u0003\u0003\0\u0002\u00021", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(_kit.Received, received => received.Length > 0);
        Assert.Equal(NetworkRefusalReason.ServerName, (await _kit.Entry)!.Reason);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 443, "example.com")]
    [InlineData("SSH-2.0-x\r\n", 443, "example.com:443")]
    [InlineData("not http\r\n\r\n", 80, "example.com")]
    public async Task Connect_OtherProtocol_IsRefusedWhereNoPortIsNamed(string first, int port, string allow)
    {
        await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed(allow), "served"), Connect($"example.com:{port}"), ProxyKit.Bytes(first));

        Assert.DoesNotContain(_kit.Received, received => received.Length > 0);
        Assert.Equal(NetworkRefusalReason.NotTls, (await _kit.Entry)!.Reason);
    }

    [Fact]
    public async Task Connect_NamedPort_CarriesAHostThatSpeaksFirst()
    {
        var client = _kit.Connect(ProxyKit.Listed("example.com:22"), "SSH-2.0-host\r\n", speaksFirst: true);
        await client.SendAsync(Connect("example.com:22"));
        var banner = "";
        var buffer = new byte[1000];
        while (!banner.EndsWith("SSH-2.0-host\r\n", StringComparison.Ordinal))
        {
            banner += Encoding.Latin1.GetString(buffer, 0, await client.ReceiveAsync(buffer));
        }

        await ProxyKit.AskAsync(client, ProxyKit.Bytes("SSH-2.0-client\r\n"));

        Assert.Equal("SSH-2.0-client\r\n", Assert.Single(_kit.Received));
    }

    [Fact]
    public async Task Connect_NamedPortWithTls_MustNameTheHostToo()
    {
        await ProxyKit.AskAsync(
            _kit.Connect(ProxyKit.Listed("example.com:8443"), "served"),
            Connect("example.com:8443"),
            await Hellos.OfAsync("other.com")
        );

        Assert.Equal(NetworkRefusalReason.ServerName, (await _kit.Entry)!.Reason);
    }

    [Fact]
    public async Task Connect_NameThatResolvesToThisMachine_IsNotDialed()
    {
        _kit.Name("example.com", "127.0.0.1", "169.254.169.254", "::1");

        var answer = await ProxyKit.AskAsync(_kit.Connect(Example), Connect("example.com:443"));

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Empty(_kit.Dialed);
    }

    [Fact]
    public async Task Connect_NameWithPublicAndLocalAddresses_IsDialedByThePublicOne()
    {
        _kit.Name("example.com", "127.0.0.1", ProxyKit.Site);

        await ProxyKit.AskAsync(_kit.Connect(Example), Connect("example.com:443"), await Hellos.OfAsync("example.com"));

        Assert.Equal(ProxyKit.Site, Assert.Single(_kit.Dialed).Address.ToString());
    }

    [Fact]
    public async Task Connect_NameThatChangesItsAddress_IsDialedByTheOneThatWasJudged()
    {
        var answers = new Queue<string>([ProxyKit.Site, "127.0.0.1"]);
        var asked = 0;
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        List<IPEndPoint> dialed = [];
        UpstreamDialer dialer = new(
            (_, _) =>
            {
                asked++;
                return Task.FromResult<IPAddress[]>([IPAddress.Parse(answers.Dequeue())]);
            },
            (place, _) =>
            {
                dialed.Add(place);
                throw new SocketException((int)SocketError.ConnectionRefused);
            }
        );

        var (verdict, _) = await dialer.DialAsync(Example, RequestedHost.TryParse("example.com")!, 443, CancellationToken.None);

        Assert.Equal((1, ProxyKit.Site), (asked, Assert.Single(dialed).Address.ToString()));
        Assert.Equal((NetworkDecision.Failed, NetworkRefusalReason.Unreachable), (verdict.Decision, verdict.Reason));
    }

    [Fact]
    public async Task Connect_UnknownName_IsABadGateway()
    {
        var answer = await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed("missing.com")), Connect("missing.com:443"));

        Assert.StartsWith("HTTP/1.1 502", answer, StringComparison.Ordinal);
        Assert.Contains("orchestrate could not resolve missing.com.", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observe_UnlistedHost_IsReachedAndRecorded()
    {
        var answer = await ProxyKit.AskAsync(
            _kit.Connect(NetworkPolicy.Of(NetworkMode.Observe, []), "served"),
            Connect("other.com:443"),
            await Hellos.OfAsync("other.com")
        );

        Assert.EndsWith("served", answer, StringComparison.Ordinal);
        var entry = await _kit.Entry;
        Assert.Equal((NetworkDecision.WouldRefuse, NetworkRefusalReason.NotListed), (entry!.Decision, entry.Reason));
    }

    [Fact]
    public async Task Get_ListedHost_IsSentInOriginFormAndForOneResponse()
    {
        var answer = await ProxyKit.AskAsync(
            _kit.Connect(Example, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            ProxyKit.Bytes(
                "GET http://example.com/a?b=c HTTP/1.1\r\nHost: example.com\r\nProxy-Authorization: Basic x\r\nConnection: keep-alive\r\n"
                    + "X-Own: y\r\n\r\n"
            )
        );

        Assert.EndsWith("ok", answer, StringComparison.Ordinal);
        Assert.Equal("GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\nX-Own: y\r\n\r\n", Assert.Single(_kit.Received));
    }

    [Theory]
    [InlineData("Host: other.com\r\n")]
    [InlineData("")]
    [InlineData("Host: example.com\r\nHost: other.com\r\n")]
    [InlineData("Host: example.com:81\r\n")]
    public async Task Get_OtherHostHeader_IsRefused(string header)
    {
        var answer = await ProxyKit.AskAsync(_kit.Connect(Example), ProxyKit.Bytes($"GET http://example.com/ HTTP/1.1\r\n{header}\r\n"));

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Equal(NetworkRefusalReason.HostHeader, (await _kit.Entry)!.Reason);
    }

    [Fact]
    public async Task Get_InATunnelToPort80_IsJudgedByItsHostHeader()
    {
        await ProxyKit.AskAsync(
            _kit.Connect(Example),
            Connect("example.com:80"),
            ProxyKit.Bytes("GET / HTTP/1.1\r\nHost: other.com\r\n\r\n")
        );
        Assert.Equal(NetworkRefusalReason.HostHeader, (await _kit.Entry)!.Reason);

        await ProxyKit.AskAsync(
            _kit.Connect(Example, "served"),
            Connect("example.com:80"),
            ProxyKit.Bytes("GET /x HTTP/1.1\r\nHost: example.com\r\n\r\n")
        );
        Assert.Equal(NetworkDecision.Allowed, (await _kit.Entry)!.Decision);
        Assert.Contains("GET /x HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n", _kit.Received);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")]
    [InlineData("GET https://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n")]
    [InlineData("GET http://user@example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n")]
    [InlineData("GET http://example.com\\@other.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n")]
    [InlineData("CONNECT example.com HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT example.com:443 HTTP/1.1\r\nA: b\r\n c\r\n\r\n")]
    [InlineData("CONNECT example.com:443 HTTP/1.1\nHost: x\r\n\r\n")]
    [InlineData("CONNECT example.com:443 HTTP/2\r\n\r\n")]
    [InlineData("\u0004\u0001\u0001\u00bb\u0001\u0001\u0001\u0001\0")]
    public async Task Request_OfAnotherForm_IsABadRequest(string request)
    {
        var answer = await ProxyKit.AskAsync(_kit.Connect(Example), ProxyKit.Bytes(request));

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Empty(_kit.Dialed);
    }

    [Fact]
    public async Task Request_EndlessHead_IsRefused()
    {
        var answer = await ProxyKit.AskAsync(_kit.Connect(Example), ProxyKit.Bytes("GET http://example.com/" + new string('a', 70_000)));

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socks_ListedName_ReachesTheHost()
    {
        var answer = await ProxyKit.AskAsync(
            _kit.Connect(Example, "served"),
            [5, 1, 0],
            [5, 1, 0, 3, 11, .. "example.com"u8, 1, 187],
            await Hellos.OfAsync("example.com")
        );

        Assert.Equal("\u0005\0\u0005\0\0\u0001\0\0\0\0\0\0served", answer);
    }

    [Theory]
    [InlineData(new byte[] { 1, 127, 0, 0, 1, 1, 187 })]
    [InlineData(new byte[] { 1, 93, 184, 216, 34, 1, 187 })]
    [InlineData(new byte[] { 3, 9, 0x6f, 0x74, 0x68, 0x65, 0x72, 0x2e, 0x63, 0x6f, 0x6d, 1, 187 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 187 })]
    public async Task Socks_UnlistedHost_IsNotAllowedByRules(byte[] place)
    {
        var answer = await ProxyKit.AskAsync(_kit.Connect(Example), [5, 2, 0, 2], [5, 1, 0, .. place]);

        Assert.Equal("\u0005\0\u0005\u0002\0\u0001\0\0\0\0\0\0", answer);
        Assert.Empty(_kit.Dialed);
    }

    [Theory]
    [InlineData(new byte[] { 5, 1, 2 }, "\u0005\u00ff")]
    [InlineData(new byte[] { 5, 1, 0, 5, 2, 0, 1, 1, 1, 1, 1, 1, 1 }, "\u0005\0\u0005\u0007")]
    [InlineData(new byte[] { 5, 1, 0, 5, 3, 0, 1, 1, 1, 1, 1, 1, 1 }, "\u0005\0\u0005\u0007")]
    public async Task Socks_OtherCommandOrMethod_IsNotSupported(byte[] request, string beginning) =>
        Assert.StartsWith(beginning, await ProxyKit.AskAsync(_kit.Connect(Example), request), StringComparison.Ordinal);

    private static byte[] Connect(string place) => ProxyKit.Bytes($"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n");
}
