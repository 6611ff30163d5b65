using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Orchestrator.Cli.Console;
using Orchestrator.TestKit.Rpc;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Access to a served engine over TCP.</summary>
public sealed class ServerListenTests : IDisposable
{
    private readonly CliFixture _cli = new();
    private readonly string _certificate;

    public ServerListenTests()
    {
        _certificate = TestCertificate.Write(_cli);
        _cli.Environment["ENGINE_KEY"] = "open sesame";
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task TlsAndKey_BeyondLoopback_LetInOnlyWhoHasBoth()
    {
        using var interrupts = new Interrupts();
        var terminal = new RecordingTerminal();
        var serving = _cli.RunAsync(
            terminal,
            interrupts,
            "server",
            "--db",
            "e.db",
            "--listen",
            "0.0.0.0",
            "--port",
            "0",
            "--tls-cert",
            "cert.pem",
            "--tls-key",
            "key.pem",
            "--api-key",
            "$ENGINE_KEY"
        );
        await Wait.UntilAsync(() => terminal.People.Contains("localhost:8233", StringComparison.Ordinal) || serving.IsCompleted);
        Assert.False(serving.IsCompleted, terminal.People);
        var port = terminal.People.Split("--address 0.0.0.0:")[1].Split(' ')[0];
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=localhost",
        };

        var noKey = await Assert.ThrowsAsync<RpcException>(() => AskAsync("127.0.0.1:" + port, tls));
        var wrongKey = await Assert.ThrowsAsync<RpcException>(() => AskAsync("127.0.0.1:" + port, tls, "open says me"));
        var clearText = await Assert.ThrowsAsync<RpcException>(() => AskAsync("127.0.0.1:" + port, null, "open sesame"));
        var client = await TemporalClient.ConnectAsync(
            new TemporalClientConnectOptions("localhost:" + port)
            {
                ApiKey = "open sesame",
                Tls = new TlsOptions { ServerRootCACert = System.Text.Encoding.ASCII.GetBytes(_certificate), Domain = "localhost" },
            }
        );
        var healthy = await client.Connection.CheckHealthAsync();
        interrupts.Raise();
        var served = await serving;

        Assert.Equal(
            (StatusCode.PermissionDenied, StatusCode.PermissionDenied, StatusCode.Unavailable),
            (noKey.StatusCode, wrongKey.StatusCode, clearText.StatusCode)
        );
        Assert.True(healthy);
        Assert.Equal(0, served.ExitCode);
        Assert.DoesNotContain("open sesame", served.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("can be reached from other machines", "--listen", "0.0.0.0")]
    [InlineData("can be reached from other machines", "--listen", "0.0.0.0", "--api-key", "$ENGINE_KEY")]
    [InlineData("anyone there could control", "--listen", "::", "--tls-cert", "cert.pem", "--tls-key", "key.pem")]
    [InlineData("belong together", "--tls-cert", "cert.pem")]
    [InlineData("can't be used", "--tls-cert", "cert.pem", "--tls-key", "cert.pem")]
    [InlineData("does not accept the key itself", "--api-key", "open sesame")]
    [InlineData("NO_SUCH", "--api-key", "$NO_SUCH")]
    [InlineData("not an IP address", "--listen", "everywhere")]
    [InlineData("70000 is not a valid port", "--port", "70000")]
    public async Task Server_OpenedUnsafelyOrWrongly_IsRefusedWithWhatToDo(string message, params string[] arguments)
    {
        var result = await _cli.RunAsync(["server", "--db", "e.db", .. arguments]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Insecure_BeyondLoopback_IsServedWithAWarning()
    {
        using var interrupts = new Interrupts();
        var terminal = new RecordingTerminal();
        var serving = _cli.RunAsync(
            terminal,
            interrupts,
            "server",
            "--db",
            "e.db",
            "--listen",
            "0.0.0.0",
            "--port",
            "0",
            "--insecure",
            "--any-user"
        );
        await Wait.UntilAsync(() => terminal.People.Contains("localhost:8233", StringComparison.Ordinal) || serving.IsCompleted);
        var port = terminal.People.Split("--address 0.0.0.0:")[1].Split('\n')[0].Trim();
        Assert.NotEmpty((await AskAsync("127.0.0.1:" + port, null)).ServerVersion);
        interrupts.Raise();

        Assert.Equal(0, (await serving).ExitCode);
        Assert.Contains("Because of --insecure", terminal.People, StringComparison.Ordinal);
    }

    private static async Task<GetSystemInfoResponse> AskAsync(string address, SslClientAuthenticationOptions? tls, string? key = null)
    {
        using var calls = new RpcClient(address, tls);
        return await calls.CallAsync(
            "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo",
            new GetSystemInfoRequest(),
            GetSystemInfoResponse.Parser,
            TimeSpan.FromSeconds(30),
            key is null ? null : new Metadata { { "authorization", "Bearer " + key } }
        );
    }
}
