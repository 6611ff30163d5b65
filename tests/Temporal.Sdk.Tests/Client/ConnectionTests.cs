using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Orchestrator.TestKit;
using Temporal.Server;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

public sealed class ConnectionTests
{
    [Fact]
    public async Task Connection_WithTlsAndKey_IsTakenOnlyWithBoth()
    {
        using var certificate = SelfSigned();
        await using var server = new TemporalServer(
            new()
            {
                Address = new(IPAddress.Loopback, 0),
                Certificate = certificate,
                ApiKey = "right",
            }
        );
        await server.StartAsync();
        var target = new Uri(server.Addresses[0]).Authority;
        var tls = new TlsOptions { ServerRootCACert = Encoding.UTF8.GetBytes(certificate.ExportCertificatePem()), Domain = "localhost" };

        var connection = await TemporalConnection.ConnectAsync(new(target) { ApiKey = "right", Tls = tls });
        Assert.True(connection.IsConnected);
        Assert.True(await connection.CheckHealthAsync());

        // A key may be replaced while the connection is open.
        connection.ApiKey = "wrong";
        var refused = await Assert.ThrowsAsync<RpcException>(() => connection.WorkflowService.GetClusterInfoAsync(new()));
        Assert.Equal(RpcException.StatusCode.PermissionDenied, refused.Code);
        connection.RpcMetadata = [new("Authorization", "Bearer right")];
        await connection.WorkflowService.GetClusterInfoAsync(new());

        var quick = new RpcRetryOptions { MaxRetries = 1 };
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TemporalConnection.ConnectAsync(
                new(target)
                {
                    ApiKey = "wrong",
                    Tls = tls,
                    RpcRetry = quick,
                }
            )
        );

        // With a key, TLS is on by itself, and then the system's authorities count.
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TemporalConnection.ConnectAsync(new(target) { ApiKey = "right", RpcRetry = quick })
        );
    }

    [Fact]
    public async Task LazyConnection_ToASocketThatComesLater_ConnectsWithItsFirstCall()
    {
        using var folder = new TempFolder();
        var socket = folder["s"];
        var client = TemporalClient.CreateLazy(new($"unix:{socket}"));
        Assert.False(client.Connection.IsConnected);
        Assert.Throws<InvalidOperationException>(() => client.Connection.RpcMetadata = []);
        await using var server = new TemporalServer(new() { SocketPath = socket });
        await server.StartAsync();
        var other = TemporalConnection.CreateLazy(new($"unix:{socket}"));
        Assert.True(await other.CheckHealthAsync());
        Assert.True(other.IsConnected);
        other.RpcMetadata = [];
        Assert.Empty(await client.ListWorkflowsAsync(string.Empty).ToListAsync());
        Assert.True(client.Connection.IsConnected);
        Assert.Contains(
            Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            client.Connection.Options.Identity,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Tls_ThatIsSetToNull_StaysOffWithAKey()
    {
        Assert.NotNull(TlsSettings.From(new("localhost:1") { ApiKey = "key" }));
        Assert.Null(
            TlsSettings.From((TemporalConnectionOptions)new TemporalConnectionOptions("localhost:1") { ApiKey = "key", Tls = null }.Clone())
        );
    }

    [Fact]
    public async Task Call_ThatTimesOutOrIsCancelled_SaysWhich()
    {
        using var folder = new TempFolder();
        await using var server = new TemporalServer(new() { SocketPath = folder["s"] });
        await server.StartAsync();
        var client = await TemporalClient.ConnectAsync(new($"unix:{folder["s"]}"));
        var handle = await client.StartWorkflowAsync("Nothing", [], TestServer.Start("nobody"));
        var late = await Assert.ThrowsAsync<RpcException>(() =>
            handle.GetResultAsync(rpcOptions: new() { Timeout = TimeSpan.FromMilliseconds(300) })
        );
        Assert.Equal(RpcException.StatusCode.DeadlineExceeded, late.Code);
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            handle.GetResultAsync(rpcOptions: new() { CancellationToken = source.Token })
        );
        await Assert.ThrowsAsync<WorkflowUpdateRpcTimeoutOrCanceledException>(() =>
            handle.ExecuteUpdateAsync("nothing", [], new() { Rpc = new() { Timeout = TimeSpan.FromMilliseconds(300) } })
        );
    }

    internal static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: false,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
