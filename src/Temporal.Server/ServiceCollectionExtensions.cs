using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Temporal.Server;

/// <summary>Hosting the server in a .NET application.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="TemporalServer"/> that starts and stops with the host. It listens when the host has started.</summary>
    public static IServiceCollection AddTemporalServer(this IServiceCollection services, TemporalServerOptions options)
    {
        services.AddSingleton(provider => new TemporalServer(options, provider.GetService<ILoggerFactory>()));
        services.AddHostedService<HostedServer>();
        return services;
    }

    private sealed class HostedServer(TemporalServer server) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => server.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync();
    }
}
