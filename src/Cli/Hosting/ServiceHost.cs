using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Cli.Logging;
using Serilog;

namespace Orchestrator.Cli.Hosting;

/// <summary>The generic host of commands that stay, such as <c>worker</c> and <c>server</c>: their parts are hosted services, which start
/// in order and stop in reverse. It tells systemd that it is ready and that it stops, where systemd started it
/// (<c>Type=notify</c>).</summary>
internal static class ServiceHost
{
    /// <summary>A host without services.</summary>
    public static HostApplicationBuilder Create(ServiceLog log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "orchestrate" });
        builder.Services.AddSerilog(log.Logger);
        builder.Services.AddSystemd();
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);

        // Each service has patience of its own, and a second interrupt ends it.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        return builder;
    }

    /// <summary>Runs until it is interrupted or a service breaks; whatever began has ended then.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="log">Gets why it ended, too.</param>
    /// <param name="stop">The interrupt. Services that wait in their start take it themselves.</param>
    /// <returns>The exit code.</returns>
    public static async Task<Outcome> RunAsync(HostApplicationBuilder builder, ServiceLog log, CancellationToken stop)
    {
        try
        {
            await RunAsync(builder, stop);
            return Outcome.Done;
        }
        catch (UseCaseException fault)
        {
            log.Terminal.Fail(fault.Message, fault.Cure);
            return fault.Outcome;
        }
    }

    private static async Task RunAsync(HostApplicationBuilder builder, CancellationToken stop)
    {
        var host = builder.Build();
        await using var _ = (IAsyncDisposable)host;
        var services = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        try
        {
            await host.StartAsync(CancellationToken.None);
        }
        catch
        {
            // Why it could not start says more than how its end went.
            await host.StopAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        try
        {
            await host.WaitForShutdownAsync(stop);
        }
        catch (Exception) when (Broken() is not null)
        {
            // What it broke with says more than how its end went.
        }

        // The host itself would end well after one of them broke.
        await (Broken() ?? Task.CompletedTask);

        Task? Broken() => services.Select(service => service.ExecuteTask).FirstOrDefault(work => work?.IsFaulted == true);
    }
}
