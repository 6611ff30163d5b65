using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Temporal.Grpc;

/// <summary>Where a <see cref="GrpcServer"/> listens.</summary>
public sealed record GrpcEndpoint
{
    /// <summary>Path of a Unix domain socket, at most 107 bytes; null for TCP.</summary>
    public string? SocketPath { get; init; }

    /// <summary>Address and port (0: any free one) for TCP.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>Certificate with private key for TLS; null for clear text (HTTP/2 by prior knowledge).</summary>
    public X509Certificate2? Certificate { get; init; }
}

/// <summary>Kestrel with nothing around it: listens on the given endpoints and hands every call to a dispatcher.</summary>
public sealed class GrpcServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly Application _application;

    /// <summary>Makes the server without listening.</summary>
    public GrpcServer(GrpcDispatcher dispatcher, IEnumerable<GrpcEndpoint> endpoints, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        ApplyLimits(options.Limits);
        var listening = endpoints.ToList();
        if (listening.Exists(e => e.Certificate is not null))
        {
            // Kestrel's TLS takes its own parts from a container; clear text does without, which starts faster.
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddSingleton(loggers);
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
            options.ApplicationServices = builder.Build().Services;
        }

        foreach (var endpoint in listening)
        {
            if (endpoint.SocketPath is { } path)
            {
                options.ListenUnixSocket(path, Configure);
            }
            else
            {
                options.Listen(
                    endpoint.Address ?? throw new ArgumentException("an endpoint needs SocketPath or Address", nameof(endpoints)),
                    Configure
                );
            }

            void Configure(ListenOptions listen)
            {
                listen.Protocols = HttpProtocols.Http2;
                if (endpoint.SocketPath is null)
                {
                    listen.Use(next =>
                        connection =>
                        {
                            connection.Features.Set(ConnectionPeer.Of(connection.RemoteEndPoint, connection.LocalEndPoint));
                            return next(connection);
                        }
                    );
                }

                if (endpoint.Certificate is { } certificate)
                {
                    listen.UseHttps(certificate);
                }

                listen.Use(next =>
                    connection =>
                    {
                        connection.Transport = ResetStreamFilter.Around(connection.Transport);
                        return next(connection);
                    }
                );
            }
        }

        // Kestrel reads and writes on the thread that learnt of it; calls themselves always run on the pool, so none of them can hold up a
        // connection.
        var sockets = new SocketTransportOptions { UnsafePreferInlineScheduling = true };
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(sockets), loggers), loggers);
        _application = new Application(dispatcher);
    }

    /// <summary>The addresses listened on, with the real ports: <c>http://127.0.0.1:7233</c>, <c>unix:PATH</c>.</summary>
    public IReadOnlyList<string> Addresses =>
        [
            .. _server
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Select(a => a.StartsWith("http://unix:", StringComparison.Ordinal) ? a["http://".Length..] : a),
        ];

    /// <summary>Kestrel's limits for servers of long polls: thousands of streams, and pings that find dead clients.</summary>
    public static void ApplyLimits(KestrelServerLimits limits)
    {
        limits.Http2.MaxStreamsPerConnection = 10_000;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        limits.Http2.InitialConnectionWindowSize = 8 * 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 1024 * 1024;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
    }

    /// <summary>Returns when every endpoint listens.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(_application, cancellationToken);

    /// <summary>Stops accepting, lets open calls end until the token is cancelled, then breaks them off.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        _server.Dispose();
    }

    private sealed class Application(GrpcDispatcher dispatcher) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => dispatcher.InvokeAsync(context);

        public void DisposeContext(HttpContext context, Exception? exception) => ((DefaultHttpContext)context).Uninitialize();
    }
}
