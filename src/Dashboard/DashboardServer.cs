using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.App.Background;
using Orchestrator.App.Telemetry;
using Orchestrator.Dashboard.Access;

namespace Orchestrator.Dashboard;

/// <summary>Hosts the dashboard and the API.</summary>
/// <param name="options">Address and token.</param>
/// <param name="context">Provides the use cases with the clock and the variables.</param>
/// <param name="loggers">Loggers of the server.</param>
/// <param name="started">Called when the server listens. The argument is the link that logs a browser in.</param>
[SuppressMessage("Design", "CA1001", Justification = "The host calls StopAsync, which disposes all fields.")]
public sealed class DashboardServer(DashboardOptions options, UseCaseServiceBundle context, ILoggerFactory loggers, Action<string> started)
    : IHostedService
{
    [SuppressMessage("Usage", "CA2213", Justification = "StopAsync disposes it.")]
    private WebApplication? _app;

    [SuppressMessage("Usage", "CA2213", Justification = "StopAsync disposes it.")]
    private PrometheusRunMetrics? _metrics;

    [SuppressMessage("Usage", "CA2213", Justification = "StopAsync disposes it.")]
    private IDisposable? _prometheus;

    /// <summary>Starts the server and returns once the server is listening.</summary>
    /// <exception cref="UseCaseException">Another program uses the port.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var source = new DashboardBackend(context);
        _metrics = new PrometheusRunMetrics(source.Locations, context);
        _app = DashboardServerBuilder.Build(
            options,
            source,
            loggers,
            context.Time,
            app => _prometheus = MetricsEndpoint.Add(app, _metrics.Meters, context.Environment, _metrics.Observe)
        );
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new UseCaseException(
                UseCaseOutcome.Unavailable,
                $"Another program already uses {options.Address}.",
                "End that program, or choose another port with --port (0 means any free port)."
            );
        }
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        started(LinkOf(options, new Uri(address).Port));
    }

    /// <summary>Returns the link that logs a browser in.</summary>
    /// <param name="options">Options of the page.</param>
    /// <param name="port">Port of the page.</param>
    public static string LinkOf(DashboardOptions options, int port)
    {
        var address = options.Address.Address;
        var host =
            options.HostNames is [var named, ..] ? named
            : IPAddress.Any.Equals(address) || IPAddress.IPv6Any.Equals(address) ? "127.0.0.1"
            : address.ToString();
        return $"{(options.Certificate is null ? "http" : "https")}://{host}:{port}/login?token={options.Tokens.LinkSecret()}";
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }
        _prometheus?.Dispose();
        _metrics?.Dispose();
    }
}
