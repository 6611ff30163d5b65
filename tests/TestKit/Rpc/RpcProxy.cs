using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.TestKit.Rpc;

/// <summary>
/// A proxy between a gRPC client and its server, controlled by a test. It can forward, delay, change or answer each call, or break it as
/// only a faulty network can.
/// </summary>
public sealed class RpcProxy : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpMessageInvoker _target;
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);

    private RpcProxy(string target, X509Certificate2? certificate)
    {
        _target = new(RpcClient.Handler(target));
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.Limits.MinRequestBodyDataRate = null;
                kestrel.Limits.MinResponseDataRate = null;
                kestrel.Listen(
                    IPAddress.Loopback,
                    0,
                    listen =>
                    {
                        listen.Protocols = HttpProtocols.Http2;
                        if (certificate is not null)
                        {
                            listen.UseHttps(certificate);
                        }
                    }
                );
            });
        _application = builder.Build();
        _application.Run(HandleAsync);
        Target = RpcClient.Target(target, "http");
    }

    /// <summary>Handles a call. Default: forwards it.</summary>
    public Func<ProxiedCall, Task> Handle { get; set; } = call => call.PassAsync();

    /// <summary>Address of the proxy, as <c>host:port</c>.</summary>
    public string Address =>
        new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;

    /// <summary>Number of calls so far, by method name.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    internal Uri Target { get; }

    /// <summary>Starts a proxy.</summary>
    /// <param name="target">Address of the server, <c>host:port</c> or <c>unix:PATH</c>.</param>
    /// <param name="certificate">TLS certificate, or null for clear text.</param>
    public static async Task<RpcProxy> StartAsync(string target, X509Certificate2? certificate = null)
    {
        var proxy = new RpcProxy(target, certificate);
        await proxy._application.StartAsync();
        return proxy;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
        _target.Dispose();
    }

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _target.SendAsync(request, cancellationToken);

    private async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        var method = path[(path.LastIndexOf('/') + 1)..];
        using var body = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            var number = _calls.AddOrUpdate(method, 1, (_, count) => count + 1);
            await Handle(new(this, http, path, method, number, body.ToArray()));
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (HttpRequestException)
        {
            // The server has closed its connection, so the client's is closed too.
            http.Abort();
        }
    }
}
