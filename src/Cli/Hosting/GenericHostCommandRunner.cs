using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Cli.Logging;
using Serilog;

namespace Orchestrator.Cli.Hosting;

/// <summary>
/// Runs long-running commands, such as <c>worker</c> and <c>server</c>, in a generic host. Hosted services start in order and stop in
/// reverse order. If systemd started the process (<c>Type=notify</c>), systemd is notified of the process's start and stop.
/// </summary>
internal static class GenericHostCommandRunner
{
    /// <summary>Creates a host without services.</summary>
    public static HostApplicationBuilder Create(LongRunningCommandLog log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "orchestrate" });
        builder.Services.AddSerilog(log.Logger);
        builder.Services.AddSystemd();
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);

        // Each service has a stop time limit of its own. A second interrupt ends the wait.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        return builder;
    }

    /// <summary>Runs a host until it is interrupted or a service fails. When this method returns, all services have stopped.</summary>
    /// <param name="builder">Builder of the host.</param>
    /// <param name="log">Log, to which the reason for the end is also written.</param>
    /// <param name="stop">Cancelled by an interrupt. Services that wait during their start must observe this token.</param>
    /// <returns>The exit code.</returns>
    public static async Task<UseCaseOutcome> RunAsync(HostApplicationBuilder builder, LongRunningCommandLog log, CancellationToken stop)
    {
        try
        {
            await RunAsync(builder, stop);
            return UseCaseOutcome.Done;
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
            // The cause of the failed start is more useful than an error during the stop.
            await host.StopAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        try
        {
            await host.WaitForShutdownAsync(stop);
        }
        catch (Exception) when (Broken() is not null)
        {
            // The failure of the service is more useful than an error during the stop.
        }

        // The host itself reports success even after a service failed.
        await (Broken() ?? Task.CompletedTask);

        Task? Broken() => services.Select(service => service.ExecuteTask).FirstOrDefault(work => work?.IsFaulted == true);
    }
}
