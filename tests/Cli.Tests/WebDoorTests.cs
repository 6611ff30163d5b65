using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Cli.Console;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>web</c> towards other machines and other users.</summary>
public sealed class WebDoorTests
{
    [Fact]
    public async Task Web_BeyondLoopbackWithACertificate_SpeaksTlsAloneAndItsCookieToo()
    {
        using var cli = new CliFixture().WithRepository();
        using var expected = X509Certificate2.CreateFromPem(TestCertificate.Write(cli));
        await using var web = await Served.StartAsync(
            cli,
            "--listen",
            "0.0.0.0",
            "--tls-cert",
            "cert.pem",
            "--tls-key",
            "key.pem",
            "--host",
            "localhost"
        );

        Assert.Equal(("https", "localhost"), (web.Link.Scheme, web.Link.Host));
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown is not null && shown.GetCertHashString() == expected.GetCertHashString();
        using var browser = new HttpClient(handler);
        using var login = await browser.GetAsync(web.Link);
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        Assert.Contains("secure", Assert.Single(login.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://localhost:{web.Link.Port}/login")));
    }

    [Fact]
    public async Task Web_BeyondLoopbackInsecure_SaysSoAndAnswersToNoStrangersName()
    {
        using var cli = new CliFixture().WithRepository();
        await using var web = await Served.StartAsync(cli, "--listen", "0.0.0.0", "--insecure");

        Assert.Contains("can read traffic", web.Terminal.People, StringComparison.Ordinal);
        using var browser = new HttpClient();
        var request = new HttpRequestMessage(HttpMethod.Get, web.Link);
        request.Headers.Host = "evil.example";
        using var refused = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
    }

    /// <summary>Only root can test with a second user; other users check the permissions alone.</summary>
    [Fact]
    public async Task Web_AnotherUserOfTheMachine_CanNotReadTheTokenAndIsNotLetIn()
    {
        using var cli = new CliFixture().WithRepository();
        await using var web = await Served.StartAsync(cli);
        var token = Directory
            .GetFiles(cli.Home, "token", SearchOption.AllDirectories)
            .Single(file => Path.GetFileName(Path.GetDirectoryName(file)) == "web");
        const UnixFileMode Others =
            UnixFileMode.GroupRead
            | UnixFileMode.GroupWrite
            | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead
            | UnixFileMode.OtherWrite
            | UnixFileMode.OtherExecute;

        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.GetDirectoryName(token)!) & Others);
        using var stranger = new HttpClient();
        using var answer = await stranger.GetAsync(new Uri(web.Link, "/api/v1/repositories"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        if (Environment.UserName == "root")
        {
            // Every folder above is open to everybody: what keeps the other user out is the token's own.
            foreach (var folder in (string[])[Path.GetDirectoryName(cli.Home)!, cli.Home])
            {
                File.SetUnixFileMode(folder, (UnixFileMode)511);
            }
            var read = await new ProcessRunner().RunAsync(
                new ChildProcessOptions("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", token)
            );
            Assert.False(read.Succeeded, read.StandardOutput.Text);
        }
    }

    /// <summary>Connections by bash with the token, one from a program of a run and one from the user's program.</summary>
    [Fact]
    public async Task Web_ProgramOfARunByAnyAddressOfTheMachine_IsRefused()
    {
        using var cli = new CliFixture().WithRepository();
        await using var web = await Served.StartAsync(cli, "--listen", "0.0.0.0", "--insecure");
        var token = web.Link.Query.Split('=')[1];
        string[] addresses =
        [
            "127.0.0.1",
            "127.0.0.5",
            .. NetworkInterface
                .GetAllNetworkInterfaces()
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(own => own.Address)
                .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
                .Select(address => address.ToString()),
        ];

        foreach (var address in addresses)
        {
            Assert.Contains(" 200 ", await CallAsync(address, null), StringComparison.Ordinal);
            Assert.Contains(" 403 ", await CallAsync(address, "/nowhere"), StringComparison.Ordinal);
        }

        async Task<string> CallAsync(string address, string? start)
        {
            const string Script =
                "exec 3<>/dev/tcp/$1/$2; printf 'GET /api/v1/inbox HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n' $1 $3 >&3; "
                + "head -n 1 <&3";
            var command = new ChildProcessOptions("bash", "-c", Script, "bash", address, $"{web.Link.Port}", token)
            {
                Environment = new Dictionary<string, string?> { ["ORCHESTRATOR_START"] = start },
            };
            return (await new ProcessRunner().RunAsync(command)).StandardOutput.Text;
        }
    }

    /// <summary>The page, served by this process.</summary>
    private sealed class Served(RecordingTerminal terminal, InterruptHandler interrupts, Task serving, Uri link) : IAsyncDisposable
    {
        public RecordingTerminal Terminal => terminal;

        public Uri Link => link;

        public static async Task<Served> StartAsync(CliFixture cli, params string[] words)
        {
            var (terminal, interrupts) = (new RecordingTerminal(), new InterruptHandler());
            var serving = cli.RunAsync(terminal, interrupts, ["web", "--port", "0", .. words]);
            var link = await Eventually.GetAsync(() =>
                terminal.Output.Split('\n').FirstOrDefault(line => line.StartsWith("http", StringComparison.Ordinal))
            );
            return new Served(terminal, interrupts, serving, new Uri(link));
        }

        public async ValueTask DisposeAsync()
        {
            interrupts.Raise();
            await serving;
            interrupts.Dispose();
        }
    }
}
