using System.Net;
using System.Text;
using Temporal.Server;
using Temporalio.Client;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

/// <summary>Servers that are reached through an HTTP proxy.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_ThroughAProxy_AsksItToConnectAndSpeaksWithTheServer(bool secure)
    {
        using var certificate = ConnectionTests.SelfSigned();
        await using var server = new TemporalServer(
            new() { Address = new(IPAddress.Loopback, 0), Certificate = secure ? certificate : null }
        );
        await server.StartAsync();
        await using var proxy = new ConnectProxy().Start();
        var target = new Uri(server.Addresses[0]).Authority;

        var connection = await TemporalConnection.ConnectAsync(
            new(target)
            {
                HttpConnectProxy = new(proxy.Address) { BasicAuth = ("user", "pass:word") },
                Tls = secure
                    ? new() { ServerRootCACert = Encoding.UTF8.GetBytes(certificate.ExportCertificatePem()), Domain = "localhost" }
                    : null,
            }
        );

        Assert.True(await connection.CheckHealthAsync());
        var asked = Assert.Single(proxy.Heads);
        Assert.StartsWith($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n", asked, StringComparison.Ordinal);
        var credentials = Convert.ToBase64String("user:pass:word"u8);
        Assert.Contains($"\r\nProxy-Authorization: Basic {credentials}\r\n", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_ThroughAProxyThatRefuses_SaysWhatTheProxySaid()
    {
        await using var proxy = new ConnectProxy("407 Proxy Authentication Required").Start();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TemporalConnection.ConnectAsync(
                new("127.0.0.1:1")
                {
                    HttpConnectProxy = new(proxy.Address),
                    RpcRetry = new() { MaxRetries = 1 },
                }
            )
        );

        Assert.Contains("407 Proxy Authentication Required", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Proxy-Authorization", Assert.Single(proxy.Heads.Distinct()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no address/at all")]
    public void Proxy_WithoutAnAddress_IsRefused(string? address) =>
        Assert.Throws<ArgumentException>(() =>
            TemporalConnection.CreateLazy(new("127.0.0.1:1") { HttpConnectProxy = new() { TargetHost = address } })
        );
}
