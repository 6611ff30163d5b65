namespace Orchestrator.Network.Tests;

/// <summary>Connections by a scripted upstream proxy, with real sockets.</summary>
public sealed class ChainedConnectionTests : IDisposable
{
    private const string Established = "HTTP/1.1 200 Connection established\r\nVia: corp\r\n\r\n";
    private static readonly IPEndPoint Corp = new(IPAddress.Parse("10.9.9.9"), 8080);
    private readonly ProxyKit _kit = new ProxyKit().Name("proxy.corp", "10.9.9.9");

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Connect_ListedHost_IsChainedWithTheCredential()
    {
        Upstream(Established);
        var hello = await Hellos.OfAsync("unresolved.example.com");

        var answer = await ProxyKit.AskAsync(
            _kit.Connect(ProxyKit.Listed("*.example.com"), "served"),
            Connect("unresolved.example.com:443"),
            hello
        );

        Assert.Equal("HTTP/1.1 200 Connection established\r\n\r\nserved", answer);
        Assert.Equal(
            "CONNECT unresolved.example.com:443 HTTP/1.1\r\nHost: unresolved.example.com:443\r\n"
                + "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n",
            Assert.Single(_kit.Requests)
        );
        Assert.Equal(Encoding.Latin1.GetString(hello), Assert.Single(_kit.Received));
        Assert.Equal(Corp, Assert.Single(_kit.Dialed));
        Assert.Equal("proxy.corp", Assert.Single(_kit.Resolved));
        Assert.Equal(NetworkDecision.Allowed, (await _kit.Entry)!.Decision);
    }

    [Fact]
    public async Task Connect_UpstreamWithoutUser_GetsNoCredential()
    {
        Upstream(Established, "http://proxy.corp:8080");

        await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed("example.com")), Connect("example.com:443"));

        Assert.Equal("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", Assert.Single(_kit.Requests));
    }

    [Fact]
    public async Task Connect_BytesOfTheHostRightAfterTheHead_ReachTheClient()
    {
        Upstream(Established + "SSH-2.0-host\r\n");

        var answer = await ProxyKit.AskAsync(
            _kit.Connect(ProxyKit.Listed("example.com:22")),
            Connect("example.com:22"),
            ProxyKit.Bytes("SSH-2.0-client\r\n")
        );

        Assert.EndsWith("\r\n\r\nSSH-2.0-host\r\n", answer, StringComparison.Ordinal);
        Assert.Equal("SSH-2.0-client\r\n", Assert.Single(_kit.Received));
    }

    [Fact]
    public async Task Connect_AnotherServerName_IsRefusedInTheTunnelToo()
    {
        Upstream(Established);

        await ProxyKit.AskAsync(
            _kit.Connect(ProxyKit.Listed("example.com")),
            Connect("example.com:443"),
            await Hellos.OfAsync("other.com")
        );

        Assert.DoesNotContain(_kit.Received, received => received.Length > 0);
        Assert.Equal(NetworkRefusalReason.ServerName, (await _kit.Entry)!.Reason);
    }

    [Theory]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required")]
    [InlineData("HTTP/1.0 502 Bad Gateway")]
    [InlineData("HTTP/1.1 302 Found")]
    [InlineData("HTTP/1.1 403")]
    public async Task Connect_RefusedByTheUpstream_LogsItsStatusLine(string status)
    {
        Upstream(status + "\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno");

        var answer = await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed("example.com")), Connect("example.com:443"));

        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"answered '{status}'", answer, StringComparison.Ordinal);
        var entry = (await _kit.Entry)!;
        Assert.Equal(
            (NetworkDecision.Failed, NetworkRefusalReason.UpstreamRefused, status),
            (entry.Decision, entry.Reason, entry.UpstreamStatus)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n")]
    [InlineData("SSH-2.0-host\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    public async Task Connect_AnswerOfNoProxy_IsAFailure(string answer)
    {
        Upstream(answer);

        await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed("example.com")), Connect("example.com:443"));

        var entry = (await _kit.Entry)!;
        Assert.Equal((NetworkDecision.Failed, NetworkRefusalReason.UpstreamFailed), (entry.Decision, entry.Reason));
        Assert.DoesNotContain(_kit.Received, received => received.Length > 0);
    }

    [Fact]
    public async Task Connect_HeadAboveTheLimit_IsAFailure()
    {
        Upstream($"HTTP/1.1 200 OK\r\nX-Long: {new string('a', 16 * 1024)}\r\n\r\n");

        var answer = await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed("example.com")), Connect("example.com:443"));

        Assert.Contains("longer than 16 KB", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_UpstreamWithoutAddress_IsAFailure()
    {
        Upstream(Established, "http://gone.corp:8080");

        var answer = await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed("example.com")), Connect("example.com:443"));

        Assert.Contains("gone.corp has no address", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other.com:443", NetworkRefusalReason.NotListed)]
    [InlineData("example.com:22", NetworkRefusalReason.NotListed)]
    [InlineData("localhost:443", NetworkRefusalReason.OwnMachine)]
    [InlineData("93.184.216.34:443", NetworkRefusalReason.AddressLiteral)]
    [InlineData("10.1.2.3:443", NetworkRefusalReason.NonPublicAddress)]
    [InlineData("169.254.169.254:80", NetworkRefusalReason.NonPublicAddress)]
    [InlineData("0x7f000001:443", NetworkRefusalReason.AddressLiteral)]
    public async Task Connect_UnlistedHost_IsRefusedWithoutTheUpstream(string place, NetworkRefusalReason reason)
    {
        Upstream(Established);

        var answer = await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed("example.com")), Connect(place));

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Equal(reason, (await _kit.Entry)!.Reason);
        Assert.Empty(_kit.Dialed);
        Assert.Empty(_kit.Resolved);
    }

    [Theory]
    [InlineData("93.184.216.34:443", "10.9.9.9:8080")]
    [InlineData("192.0.2.1:443", "10.9.9.9:8080")]
    [InlineData("127.0.0.1:443", "127.0.0.1:443")]
    [InlineData("169.254.169.254:443", "169.254.169.254:443")]
    [InlineData("localhost:443", "127.0.0.1:443")]
    [InlineData("direct.com:443", "93.184.216.34:443")]
    public async Task Connect_ListedPlace_IsDialedDirectlyWhereTheUpstreamMeansAnother(string place, string dialed)
    {
        Upstream(Established, noProxy: "direct.com");
        _kit.Name("direct.com", ProxyKit.Site);

        await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed(place)), Connect(place));

        Assert.Equal(dialed, Assert.Single(_kit.Dialed).ToString());
    }

    [Fact]
    public async Task Connect_HostOfNoProxy_IsJudgedByItsAddress()
    {
        Upstream(Established, noProxy: ".direct.com");
        _kit.Name("a.direct.com", "127.0.0.1");

        await ProxyKit.AskAsync(_kit.Connect(ProxyKit.Listed("a.direct.com")), Connect("a.direct.com:443"));

        Assert.Equal(NetworkRefusalReason.OwnMachine, (await _kit.Entry)!.Reason);
        Assert.Empty(_kit.Dialed);
    }

    [Fact]
    public async Task Observe_UnlistedHost_IsChainedAndRecorded()
    {
        Upstream(Established);

        await ProxyKit.AskAsync(
            _kit.Connect(NetworkPolicy.Of(NetworkMode.Observe, []), "served"),
            Connect("other.com:443"),
            await Hellos.OfAsync("other.com")
        );

        Assert.Equal(NetworkDecision.WouldRefuse, (await _kit.Entry)!.Decision);
        Assert.Single(_kit.Requests);
    }

    private void Upstream(string answer, string address = "http://me:secret@proxy.corp:8080", string noProxy = "") =>
        (_kit.Upstream, _kit.UpstreamAnswer) = (new UpstreamProxy("HTTPS_PROXY", address, [noProxy]).Route(), answer);

    private static byte[] Connect(string place) => ProxyKit.Bytes($"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n");
}
