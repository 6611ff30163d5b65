using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace Orchestrator.App.Hosting;

/// <summary>Tells systemd that this service is well: a unit with <c>WatchdogSec=</c> is restarted when that stays out
/// (sd_watchdog_enabled(3)).</summary>
/// <param name="notifier">systemd's socket.</param>
/// <param name="limit">How long systemd waits for a sign.</param>
/// <param name="isWell">Whether what this process serves works.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives errors.</param>
public sealed class Watchdog(
    ISystemdNotifier notifier,
    TimeSpan limit,
    Func<CancellationToken, Task<bool>> isWell,
    TimeProvider time,
    ILogger log
) : BackgroundUnit("watchdog", [], time, log)
{
    /// <summary>Adds one to a host, if systemd waits for signs of this process.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="isWell">Whether what this process serves works.</param>
    /// <param name="context">Variables and clock.</param>
    public static void AddTo(HostApplicationBuilder builder, Func<CancellationToken, Task<bool>> isWell, UseCaseContext context)
    {
        if (LimitOf(context.Environment, Environment.ProcessId) is { } limit)
        {
            builder.Services.AddHostedService(services => new Watchdog(
                new SystemdNotifier(),
                limit,
                isWell,
                context.Time,
                services.GetRequiredService<ILogger<Watchdog>>()
            ));
        }
    }

    /// <summary>The time for which systemd waits for a sign of a process; null: it waits for none.</summary>
    /// <param name="environment">The process's environment.</param>
    /// <param name="process">Its id: a child inherits the variables, which do not concern it.</param>
    internal static TimeSpan? LimitOf(IReadOnlyDictionary<string, string> environment, int process)
    {
        var meant = environment.GetValueOrDefault("WATCHDOG_PID");
        return
            long.TryParse(environment.GetValueOrDefault("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var microseconds)
            && microseconds > 0
            && (string.IsNullOrEmpty(meant) || meant == process.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
    }

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        if (await isWell(cancellationToken))
        {
            notifier.Notify(new ServiceState("WATCHDOG=1"));
        }
        return limit / 3;
    }
}
