using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Network.Tests;

/// <summary>Real sandboxes, with the built program as opener and as proxy.</summary>
public sealed class SandboxNetworkTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Socket _host = Listen(IPAddress.Loopback);
    private readonly string _proxyFolder;

    public SandboxNetworkTests()
    {
        _proxyFolder = _folder["net"];
        _ = AnswerAsync(_host, "served");
    }

    private int Port => ((IPEndPoint)_host.LocalEndPoint!).Port;

    public void Dispose()
    {
        _host.Dispose();
        EndProxy();
        _folder.Dispose();
    }

    [BubblewrapFact]
    public async Task Sandbox_ListedHost_IsReachedByTheProxyAlone()
    {
        var result = await RunAsync(
            $"""
            exec 3<>/dev/tcp/127.0.0.1/{SandboxProxyRegistrar.ProxyPort}
            printf 'GET http://localhost:{Port}/ HTTP/1.1\r\nHost: localhost:{Port}\r\n\r\n' >&3
            cat <&3
            """,
            $"localhost:{Port}"
        );

        Assert.Contains("served", result.StandardOutput.Text, StringComparison.Ordinal);
    }

    [BubblewrapFact]
    public async Task Sandbox_UnlistedHost_GetsTheSentence()
    {
        var result = await RunAsync(
            $"""
            exec 3<>/dev/tcp/127.0.0.1/{SandboxProxyRegistrar.ProxyPort}
            printf 'CONNECT example.com:443 HTTP/1.1\r\n\r\n' >&3
            cat <&3
            """
        );

        Assert.Contains("orchestrate network allow example.com", result.StandardOutput.Text, StringComparison.Ordinal);
        await Eventually.TrueAsync(() =>
            SandboxConnectionLogReader.Read(_folder["log"]).Connections is [{ Host: "example.com", Task: "parser" }]
        );
    }

    [BubblewrapFact]
    public async Task Sandbox_UpstreamProxy_IsAskedAndItsCredentialIsNotLogged()
    {
        using var upstream = Listen(IPAddress.Loopback);
        _ = AnswerAsync(upstream, "HTTP/1.1 407 Who are you\r\n\r\n");
        var port = ((IPEndPoint)upstream.LocalEndPoint!).Port;

        var result = await StartAsync(
            $"""
            exec 3<>/dev/tcp/127.0.0.1/{SandboxProxyRegistrar.ProxyPort}
            printf 'CONNECT example.com:443 HTTP/1.1\r\n\r\n' >&3
            cat <&3
            """,
            await RegisterAsync(new UpstreamProxy("HTTPS_PROXY", $"http://me:secret@127.0.0.1:{port}", []), "example.com")
        );

        Assert.Contains("answered 'HTTP/1.1 407 Who are you'", result.StandardOutput.Text, StringComparison.Ordinal);
        await Eventually.TrueAsync(() =>
            SandboxConnectionLogReader.Read(_folder["log"]).Connections is [{ Reason: NetworkRefusalReason.UpstreamRefused }]
        );
        var written = Directory.GetFiles(_folder["log"]).Append(Path.Combine(_proxyFolder, "proxy.log")).Select(File.ReadAllText);
        Assert.DoesNotContain(written, text => text.Contains("secret", StringComparison.Ordinal));
    }

    [BubblewrapFact]
    public async Task Sandbox_ForwardedPort_LeadsToThisMachine()
    {
        var result = await RunAsync($"exec 3<>/dev/tcp/127.0.0.1/{Port}; echo hello >&3; cat <&3", $"localhost:{Port}");

        Assert.Contains("served", result.StandardOutput.Text, StringComparison.Ordinal);
    }

    [BubblewrapFact]
    public async Task Sandbox_WithoutTheProxy_ReachesNothing()
    {
        using var six = Socket.OSSupportsIPv6 ? Listen(IPAddress.IPv6Loopback) : null;
        using Socket named = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var name = $"orchestrate-test-{Guid.NewGuid():N}";
        named.Bind(new UnixDomainSocketEndPoint("\0" + name));
        named.Listen();
        _folder.Write(
            "reach.mjs",
            """
            import net from 'node:net';
            import dgram from 'node:dgram';
            import dns from 'node:dns';
            const [port, six, name] = process.argv.slice(2);
            const tcp = (what, options) => new Promise(done => {
              const socket = net.connect(options, () => { console.log('REACHED', what); socket.destroy(); done(); });
              socket.on('error', () => done());
              setTimeout(() => { socket.destroy(); done(); }, 3000);
            });
            const udp = address => new Promise(done => {
              const socket = dgram.createSocket('udp4');
              socket.on('error', () => done());
              socket.send('x', 53, address, fault => { if (!fault) console.log('REACHED udp', address); socket.close(); done(); });
            });
            await tcp('loopback', { host: '127.0.0.1', port });
            await tcp('IPv6', { host: '::1', port: six });
            await tcp('internet', { host: '1.1.1.1', port: 443 });
            await tcp('metadata', { host: '169.254.169.254', port: 80 });
            await tcp('abstract', { path: '\0' + name });
            await udp('1.1.1.1');
            await new Promise(done => dns.resolve('example.com', (fault, found) => { if (found) console.log('REACHED dns'); done(); }));
            console.log('looked');
            process.exit(0);
            """
        );

        var result = await RunAsync(
            $"node {_folder["reach.mjs"]} {Port} {(six?.LocalEndPoint as IPEndPoint)?.Port ?? 1} {name}; "
                + "cut -d: -f1 /proc/net/dev | tail -n +3"
        );

        Assert.Equal("looked\nlo\n", result.StandardOutput.Text.Replace(" ", "", StringComparison.Ordinal));
    }

    [BubblewrapFact]
    public async Task Sandbox_ItsOwnSocketAndTheControlSocket_AreOutOfReach()
    {
        _folder.Write(
            "reach.mjs",
            """
            import net from 'node:net';
            for (const path of process.argv.slice(2)) {
              await new Promise(done => {
                const request = '{"id":"x","mode":"Open","allow":[],"logFile":"/tmp/x","labels":{}}\n';
                const socket = net.connect({ path }, () => socket.write(request));
                socket.on('data', data => { console.log(String(data)); socket.destroy(); done(); });
                socket.on('error', fault => { console.log(fault.code); done(); });
                socket.on('end', done);
              });
            }
            """
        );

        var result = await RunAsync($"node {_folder["reach.mjs"]} {Bubblewrap.NetworkSocket} {NetworkProxy.SocketIn(_proxyFolder)}");

        Assert.Equal(
            "ECONNREFUSED\n{\"error\":\"The caller is another user\\u0027s process, or runs in a sandbox.\"}\n",
            result.StandardOutput.Text
        );
    }

    [BubblewrapFact]
    public async Task Sandbox_ProxyThatIsKilled_LosesTheNetworkAndTheNextStartHasOne()
    {
        var file = _folder["go"];
        var running = RunAsync(
            $"""
            until [ -e {file} ]; do sleep 0.05; done
            exec 3<>/dev/tcp/127.0.0.1/{SandboxProxyRegistrar.ProxyPort} || echo refused
            """
        );
        await Eventually.TrueAsync(() => Proxy?.IsAlive() == true && Directory.GetFiles(_proxyFolder, "s*.sock").Length == 0);
        var first = Proxy;
        await Eventually.TrueAsync(() => File.Exists(_folder["started"]));
        await KillAsync(Proxy!);
        _folder.Write("go", "");

        Assert.Equal("refused\n", (await running).StandardOutput.Text);
        Assert.Equal("again\n", (await RunAsync("echo again")).StandardOutput.Text);
        Assert.NotEqual(first, Proxy);
    }

    [BubblewrapFact]
    public async Task Sandbox_ThatHasEnded_IsForgottenByTheProxyThoughItsOrchestratorDied()
    {
        var network = await RegisterAsync();
        // Nobody else waits for it: as after a kill of the orchestrator.
        var sandbox = await new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions(
                Bubblewrap.WordsForChild(Sandbox(network), "/bin/sh", [])[0],
                [
                    .. Bubblewrap.WordsForChild(Sandbox(network), "/bin/sh", []).Skip(1),
                    "/bin/sh",
                    "-c",
                    $"touch {_folder["started"]}; sleep 1000",
                ]
            )
            {
                OutputFile = _folder["out"],
                ErrorFile = _folder["out"],
            }
        );
        await Eventually.TrueAsync(() => File.Exists(_folder["started"]));
        await Eventually.TrueAsync(() => Sandboxes() == 1);

        await new ProcessStopper().StopAsync(sandbox, PosixStopSignal.Terminate, TimeSpan.Zero, TimeSpan.FromSeconds(20));

        await Eventually.TrueAsync(() => Sandboxes() == 0);

        int Sandboxes() =>
            Directory
                .GetFileSystemEntries($"/proc/{Proxy!.ProcessId}/fd")
                .Count(path => new FileInfo(path).LinkTarget == "anon_inode:[pidfd]");
    }

    [BubblewrapFact]
    public async Task Start_WithoutAProxy_StartsNothing()
    {
        var network = await RegisterAsync();
        await KillAsync(Proxy!);

        var result = await StartAsync("echo started", network);

        Assert.Equal(("", Bubblewrap.NetworkFailed), (result.StandardOutput.Text, result.ExitCode));
        Assert.Contains("The sandbox has no network, so nothing was started in it", result.StandardError.Text, StringComparison.Ordinal);
    }

    [BubblewrapFact]
    public async Task Start_ManyAtOnce_ShareOneProxy()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RunAsync("echo started")));

        Assert.All(results, result => Assert.Equal("started\n", result.StandardOutput.Text));
        Assert.True(Proxy!.IsAlive());
    }

    private ProcessIdentity? Proxy => ProcessIdentity.TryParse(DurableFile.TryRead(NetworkProxy.ProcessIn(_proxyFolder)));

    private void EndProxy()
    {
        if (Proxy is { } proxy)
        {
            new ProcessStopper().StopAsync(proxy, PosixStopSignal.Terminate, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20)).Wait();
        }
    }

    private static async Task KillAsync(ProcessIdentity process)
    {
        await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -KILL {process.ProcessId}"));
        await Eventually.TrueAsync(() => !process.IsAlive());
    }

    private Task<SandboxNetwork> RegisterAsync(params string[] allow) => RegisterAsync(upstream: null, allow);

    private Task<SandboxNetwork> RegisterAsync(UpstreamProxy? upstream, params string[] allow) =>
        new SandboxProxyRegistrar([OrchestrateProgram.Path], _proxyFolder, TimeProvider.System).RegisterAsync(
            new SandboxRegistrationRequest("a", NetworkMode.Listed, allow, _folder["log/a.jsonl"], new SandboxLabels { Task = "parser" })
            {
                Upstream = upstream,
            },
            Eventually.Timeout()
        );

    private Sandbox Sandbox(SandboxNetwork network) =>
        new(BubblewrapFactAttribute.Found.Program!)
        {
            Visible = [_folder.Path, Path.GetDirectoryName(OrchestrateProgram.Path)!],
            Writable = [_folder.Path],
            Network = network,
        };

    private async Task<ProcessResult> RunAsync(string script, params string[] allow) =>
        await StartAsync($"touch {_folder["started"]}\n{script}", await RegisterAsync(allow));

    private Task<ProcessResult> StartAsync(string script, SandboxNetwork network) =>
        new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/bash", "-c", script)
            {
                Sandbox = Sandbox(network),
                WorkingDirectory = _folder.Path,
                Timeout = Eventually.Limit,
            }
        );

    private static Socket Listen(IPAddress address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen();
        return socket;
    }

    private static async Task AnswerAsync(Socket host, string answer)
    {
        try
        {
            while (true)
            {
                using var client = await host.AcceptAsync();
                await client.ReceiveAsync(new byte[4096]);
                await client.SendAsync(Encoding.ASCII.GetBytes(answer));
                client.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }
}
