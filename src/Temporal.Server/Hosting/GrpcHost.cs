using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
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

namespace Temporal.Server.Hosting;

/// <summary>An address at which a <see cref="GrpcHost"/> listens.</summary>
internal sealed record GrpcListenAddress
{
    /// <summary>Path of a Unix domain socket, at most 107 bytes, or null for TCP.</summary>
    public string? SocketPath { get; init; }

    /// <summary>TCP address and port, or null for a socket file; port 0 selects any free port.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>Certificate with private key for TLS, or null for plain text (HTTP/2 with prior knowledge).</summary>
    public X509Certificate2? Certificate { get; init; }
}

/// <summary>Serves the methods of a <see cref="GrpcMethodRegistry"/> with ASP.NET's gRPC server on Kestrel.</summary>
internal sealed class GrpcHost : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly ServiceProvider _services;
    private readonly KestrelGrpcApplication _application;

    /// <summary>Creates the server without listening.</summary>
    /// <param name="table">The methods and their handlers.</param>
    /// <param name="admission">Authorization of callers.</param>
    public GrpcHost(
        GrpcMethodRegistry table,
        CallerAuthorization admission,
        IReadOnlyList<GrpcListenAddress> endpoints,
        ILoggerFactory loggers
    )
    {
        _services = Services(new GrpcMethodProvider(table, admission, loggers.CreateLogger("Temporal.Server.Grpc")), loggers);
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,
            ApplicationServices = _services,
        };
        ApplyLimits(options.Limits);
        if (endpoints.Any(endpoint => endpoint.Certificate is not null))
        {
            // Kestrel's TLS needs its own services from the container. Plain text does not, and starts faster without them.
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddSingleton(loggers);
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
            options.ApplicationServices = builder.Build().Services;
        }

        Listen(options, endpoints);

        // Kestrel reads and writes on its I/O thread. Calls always run on the thread pool, so they can't block a connection.
        var sockets = new SocketTransportOptions { UnsafePreferInlineScheduling = true };
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(sockets), loggers), loggers);
        _application = new KestrelGrpcApplication(Pipeline(_services), _services.GetRequiredService<IServiceScopeFactory>());
    }

    /// <summary>Addresses at which the host listens, with actual ports: <c>http://127.0.0.1:7233</c>, <c>unix:PATH</c>.</summary>
    public IReadOnlyList<string> Addresses =>
        [
            .. _server
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Select(a => a.StartsWith("http://unix:", StringComparison.Ordinal) ? a["http://".Length..] : a),
        ];

    /// <summary>
    /// Adapts Kestrel's limits to long polls: allows thousands of streams per connection, and pings clients to detect dead ones.
    /// </summary>
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

    /// <summary>Starts the server. Completes when it listens on every endpoint.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(_application, cancellationToken);

    /// <summary>Stops accepting calls, and waits for open calls to end. Aborts the remaining calls when the token is canceled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        _server.Dispose();
        await _services.DisposeAsync();
    }

    /// <summary>
    /// Creates only the services that the gRPC server needs, without those of a web host. This saves time, because a run starts this server
    /// within its first 100 ms.
    /// </summary>
    private static ServiceProvider Services(GrpcMethodProvider methods, ILoggerFactory loggers)
    {
        var services = new ServiceCollection();
        services.AddSingleton(loggers);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton(new DiagnosticListener("Temporal.Server"));
        services.AddSingleton(methods);
        services.AddSingleton<IServiceMethodProvider<GrpcMethodProvider>>(methods);
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = GrpcMethodProvider.LargestRead;
            options.IgnoreUnknownServices = true;

            // Callers are on this machine or nearby, so speed matters more than size.
            options.ResponseCompressionLevel = CompressionLevel.Fastest;
        });
        return services.BuildServiceProvider();
    }

    private static RequestDelegate Pipeline(IServiceProvider services)
    {
        var application = new ApplicationBuilder(services);
        application.UseRouting();
        application.UseEndpoints(endpoints => endpoints.MapGrpcService<GrpcMethodProvider>());
        application.Run(GrpcMethodProvider.RefuseUnknownAsync);
        return application.Build();
    }

    /// <summary>Token that is canceled when the server stops. A broken connection is detected by reading from it instead.</summary>
    private static CancellationToken Ending(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? connection.ConnectionClosed;

    private static void Listen(KestrelServerOptions options, IReadOnlyList<GrpcListenAddress> endpoints)
    {
        options.AddServerHeader = false;
        ApplyLimits(options.Limits);
        foreach (var endpoint in endpoints)
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
                listen.Use(next =>
                    async connection =>
                    {
                        if (endpoint.SocketPath is null)
                        {
                            connection.Features.Set(ConnectionPeer.Of(connection.RemoteEndPoint, connection.LocalEndPoint));
                        }
                        else if (!await ConnectRequestHandler.AcceptAsync(connection.Transport, Ending(connection)))
                        {
                            return;
                        }

                        await next(connection);
                    }
                );

                if (endpoint.Certificate is { } certificate)
                {
                    listen.UseHttps(certificate);
                }

                listen.Use(next =>
                    connection =>
                    {
                        connection.Transport = Http2ResetStreamDataFilter.Wrap(connection.Transport);
                        return next(connection);
                    }
                );
            }
        }
    }

    private sealed class KestrelGrpcApplication(RequestDelegate pipeline, IServiceScopeFactory scopes) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) =>
            new DefaultHttpContext(contextFeatures) { ServiceScopeFactory = scopes };

        public Task ProcessRequestAsync(HttpContext context) => pipeline(context);

        public void DisposeContext(HttpContext context, Exception? exception) => ((DefaultHttpContext)context).Uninitialize();
    }
}
