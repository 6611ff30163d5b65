using System.Text.Json;

namespace Orchestrator.Network.Tests;

public sealed class UpstreamProxyTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("HTTPS_PROXY=", null)]
    [InlineData("NO_PROXY=*", null)]
    [InlineData("FTP_PROXY=http://a:1", null)]
    [InlineData("HTTPS_PROXY=http://a:1|HTTP_PROXY=http://b:2", "HTTPS_PROXY http://a:1")]
    [InlineData("HTTPS_PROXY= |https_proxy=http://a:1", "https_proxy http://a:1")]
    [InlineData("http_proxy=http://a:1|ALL_PROXY=http://b:2", "http_proxy http://a:1")]
    [InlineData("HTTP_PROXY=http://a:1", "HTTP_PROXY http://a:1")]
    [InlineData("ALL_PROXY=http://a:1", "ALL_PROXY http://a:1")]
    [InlineData("all_proxy=http://a:1", "all_proxy http://a:1")]
    public void Of_Variables_TakesTheFirstThatIsSet(string variables, string? expected)
    {
        var found = UpstreamProxy.Of(
            variables
                .Split('|', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=', 2))
                .ToDictionary(p => p[0], p => p[1])
        );

        Assert.Equal(expected, found is null ? null : $"{found.Variable} {found.Address}");
    }

    [Fact]
    public void Of_NoProxy_IsSplitAtCommasAndBlanks() =>
        Assert.Equal(
            ["a.com", ".b.com", "c.com:8080"],
            UpstreamProxy
                .Of(new Dictionary<string, string> { ["HTTPS_PROXY"] = "http://a", ["no_proxy"] = "a.com, .b.com c.com:8080," })!
                .NoProxy
        );

    [Theory]
    [InlineData("http://proxy.corp:8080", "proxy.corp:8080", null)]
    [InlineData("HTTP://Proxy.Corp:8080/", "proxy.corp:8080", null)]
    [InlineData("proxy.corp:8080", "proxy.corp:8080", null)]
    [InlineData("http://proxy.corp", "proxy.corp:80", null)]
    [InlineData("http://127.0.0.1:3128", "127.0.0.1:3128", null)]
    [InlineData("http://[::1]:3128", "[::1]:3128", null)]
    [InlineData("http://me:secret@proxy.corp:1", "proxy.corp:1", "me:secret")]
    [InlineData("me:secret@proxy.corp:1", "proxy.corp:1", "me:secret")]
    [InlineData("http://me@proxy.corp:1", "proxy.corp:1", "me:")]
    [InlineData("http://m%40e:a%3Ab%2F%C3%A9@proxy.corp:1", "proxy.corp:1", "m@e:a:b/é")]
    public void Route_Address_HasHostPortAndCredential(string address, string place, string? credential)
    {
        var route = new UpstreamProxy("HTTPS_PROXY", address, []).Route();

        Assert.Equal(place, route.ToString());
        Assert.Equal(
            credential is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credential)),
            route.Authorization
        );
    }

    [Theory]
    [InlineData("https://me:secret@proxy.corp:8080", "http:// upstream proxies")]
    [InlineData("socks5://me:secret@proxy.corp:1080", "http:// upstream proxies")]
    [InlineData("socks5h://proxy.corp", "http:// upstream proxies")]
    [InlineData("http://", "not the address of a proxy")]
    [InlineData("http://me:sec/ret@proxy.corp:1", "not the address of a proxy")]
    [InlineData("http://me:secret@proxy.corp:99999", "not the address of a proxy")]
    [InlineData("http://me:secret@proxy.corp/path", "not the address of a proxy")]
    [InlineData("http://me:secret@proxy.corp:1/?secret", "not the address of a proxy")]
    public void Route_OtherAddress_IsRefusedByTheVariablesName(string address, string reason)
    {
        var refused = Assert.Throws<FormatException>(() => new UpstreamProxy("ALL_PROXY", address, []).Route());

        Assert.StartsWith("ALL_PROXY ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sec", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "example.com", 443, false)]
    [InlineData("*", "example.com", 443, true)]
    [InlineData("*", "93.184.216.34", 443, true)]
    [InlineData("example.com", "example.com", 443, true)]
    [InlineData("EXAMPLE.com.", "example.com", 443, true)]
    [InlineData("example.com", "a.example.com", 443, true)]
    [InlineData("example.com", "badexample.com", 443, false)]
    [InlineData("a.example.com", "example.com", 443, false)]
    [InlineData(".example.com", "a.b.example.com", 443, true)]
    [InlineData(".example.com", "example.com", 443, true)]
    [InlineData(".example.com", "badexample.com", 443, false)]
    [InlineData("*.example.com", "a.example.com", 443, true)]
    [InlineData("*.example.com", "badexample.com", 443, false)]
    [InlineData("example.com:8443", "example.com", 8443, true)]
    [InlineData("example.com:8443", "a.example.com", 8443, true)]
    [InlineData("example.com:8443", "example.com", 443, false)]
    [InlineData("example.com:no", "example.com", 443, false)]
    [InlineData("other.com,example.com", "example.com", 443, true)]
    [InlineData("10.1.2.3", "10.1.2.3", 443, true)]
    [InlineData("10.1.2.3:80", "10.1.2.3", 443, false)]
    [InlineData("2.3", "10.1.2.3", 443, false)]
    [InlineData("10.0.0.0/8", "10.1.2.3", 443, true)]
    [InlineData("10.0.0.0/8", "11.1.2.3", 443, false)]
    [InlineData("[2001:db8::1]:443", "2001:DB8:0::1", 443, true)]
    [InlineData("https://example.com", "example.com", 443, false)]
    public void NoProxy_EntryAndHost_AreComparedByNameAndPort(string entries, string host, int port, bool isCovered) =>
        Assert.Equal(isCovered, NoProxyList.Of(entries.Split(',')).Covers(RequestedHost.TryParse(host)!, port));

    [Fact]
    public void Request_WithUpstream_TravelsAndPrintsNoCredential()
    {
        SandboxRegistrationRequest request = new("a", NetworkMode.Listed, [], "/log", new SandboxLabels())
        {
            Upstream = new UpstreamProxy("HTTPS_PROXY", "http://me:secret@proxy.corp:1", ["a.com"]),
        };

        var line = JsonSerializer.Serialize(request, NetworkJsonContext.Default.SandboxRegistrationRequest);
        var read = JsonSerializer.Deserialize(line, NetworkJsonContext.Default.SandboxRegistrationRequest)!;

        Assert.Equal(request.Upstream.Address, read.Upstream!.Address);
        Assert.Equal(["a.com"], read.Upstream.NoProxy);
        Assert.DoesNotContain("secret", $"{read} {read.Upstream} {read.Route()}", StringComparison.Ordinal);
    }

    [Fact]
    public void Request_ModeNone_NeedsNoUpstream()
    {
        SandboxRegistrationRequest request = new("a", NetworkMode.None, [], "/log", new SandboxLabels())
        {
            Upstream = new UpstreamProxy("ALL_PROXY", "socks5://proxy.corp", []),
        };

        Assert.Null(request.Route());
    }
}
