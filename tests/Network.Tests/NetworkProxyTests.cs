using Microsoft.Extensions.Time.Testing;
using Orchestrator.TestKit;

namespace Orchestrator.Network.Tests;

public sealed class NetworkProxyTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _stop.Cancel();
        _folder.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Serve_NoSandboxForTenMinutes_EndsAndLeavesNoSocket()
    {
        FakeTimeProvider time = new();
        var serving = Proxy(time).ServeAsync(_stop.Token);
        await Eventually.TrueAsync(() => File.Exists(NetworkProxy.SocketIn(_folder.Path)));

        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromMinutes(11));
            return serving.IsCompleted;
        });

        Assert.True(await serving);
        Assert.False(File.Exists(NetworkProxy.SocketIn(_folder.Path)));
    }

    [Fact]
    public async Task Serve_FolderThatIsGone_Ends()
    {
        FakeTimeProvider time = new();
        var serving = Proxy(time).ServeAsync(_stop.Token);
        await Eventually.TrueAsync(() => File.Exists(NetworkProxy.SocketIn(_folder.Path)));
        Directory.Delete(_folder.Path, recursive: true);

        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return serving.IsCompleted;
        });

        Assert.True(await serving);
    }

    [Fact]
    public async Task Serve_FolderThatIsServed_ReturnsAtOnce()
    {
        var serving = Proxy(TimeProvider.System).ServeAsync(_stop.Token);
        await Eventually.TrueAsync(() => File.Exists(NetworkProxy.SocketIn(_folder.Path)));

        Assert.False(await Proxy(TimeProvider.System).ServeAsync(_stop.Token));

        await _stop.CancelAsync();
        Assert.True(await serving);
    }

    [Fact]
    public async Task Register_RequestOfAnotherForm_IsAnsweredWithTheFault()
    {
        var serving = Proxy(TimeProvider.System).ServeAsync(_stop.Token);
        await Eventually.TrueAsync(() => File.Exists(NetworkProxy.SocketIn(_folder.Path)));
        using Socket caller = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await caller.ConnectAsync(new UnixDomainSocketEndPoint(NetworkProxy.SocketIn(_folder.Path)));

        var answer = await ProxyKit.AskAsync(caller, ProxyKit.Bytes("not json\n"));

        Assert.StartsWith("{\"error\":", answer, StringComparison.Ordinal);
        await _stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Register_MalformedPolicy_StartsNoProxy()
    {
        SandboxProxyRegistrar networks = new(["/nonexistent"], _folder["net"], TimeProvider.System);
        SandboxRegistrationRequest request = new("a", NetworkMode.Listed, ["https://example.com"], _folder["log"], new SandboxLabels());

        await Assert.ThrowsAsync<FormatException>(() => networks.RegisterAsync(request, Eventually.Timeout()));

        Assert.False(Directory.Exists(_folder["net"]));
    }

    [Fact]
    public async Task Register_UpstreamThatIsNotSupported_NamesTheVariableAndStartsNoProxy()
    {
        SandboxProxyRegistrar networks = new(["/nonexistent"], _folder["net"], TimeProvider.System);
        SandboxRegistrationRequest request = new("a", NetworkMode.Listed, [], _folder["log"], new SandboxLabels())
        {
            Upstream = new UpstreamProxy("ALL_PROXY", "socks5://me:secret@proxy.corp:1080", []),
        };

        var refused = await Assert.ThrowsAsync<FormatException>(() => networks.RegisterAsync(request, Eventually.Timeout()));

        Assert.StartsWith("ALL_PROXY ", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["net"]));
    }

    [Fact]
    public async Task Register_FolderWithALongPath_NamesTheCure()
    {
        SandboxProxyRegistrar networks = new(["/nonexistent"], _folder[new string('a', 100)], TimeProvider.System);
        SandboxRegistrationRequest request = new("a", NetworkMode.Listed, [], _folder["log"], new SandboxLabels());

        var refused = await Assert.ThrowsAsync<IOException>(() => networks.RegisterAsync(request, Eventually.Timeout()));

        Assert.Contains("XDG_STATE_HOME", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_OfAPort_NameItInEachFormAndKeepJavasOptions()
    {
        var variables = ProxyVariables.Of(3128, "-Xmx1g");

        Assert.Equal("http://127.0.0.1:3128", variables["https_proxy"]);
        Assert.Equal("localhost,127.0.0.1,::1", variables["NO_PROXY"]);
        Assert.StartsWith(
            "-Xmx1g -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=3128 ",
            variables["JAVA_TOOL_OPTIONS"],
            StringComparison.Ordinal
        );
    }

    private NetworkProxy Proxy(TimeProvider time) => new(_folder.Path, NetworkProxy.OfMachine, time, _ => { });
}
