using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace Orchestrator.App.Hosting;

/// <summary>
/// Notifies systemd that this service is alive. If a unit has <c>WatchdogSec=</c> and the notifications stop, systemd restarts it
/// (sd_watchdog_enabled(3)).
/// </summary>
/// <param name="notifier">Connection to systemd's notification socket.</param>
/// <param name="limit">Maximum interval between two notifications that systemd allows.</param>
/// <param name="isWell">Returns true if the service works. If it returns false, no notification is sent.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives errors.</param>
public sealed class SystemdWatchdogNotifier(
    ISystemdNotifier notifier,
    TimeSpan limit,
    Func<CancellationToken, Task<bool>> isWell,
    TimeProvider time,
    ILogger log
) : PeriodicBackgroundWork("watchdog", [], time, log)
{
    /// <summary>Adds the notifier to an application's services if systemd expects notifications from this process.</summary>
    /// <param name="builder">Builder of the host.</param>
    /// <param name="isWell">Returns true if the service works. If it returns false, no notification is sent.</param>
    /// <param name="context">Provides the environment and clock.</param>
    public static void AddTo(HostApplicationBuilder builder, Func<CancellationToken, Task<bool>> isWell, UseCaseServiceBundle context)
    {
        if (LimitOf(context.Environment, Environment.ProcessId) is { } limit)
        {
            builder.Services.AddHostedService(services => new SystemdWatchdogNotifier(
                new SystemdNotifier(),
                limit,
                isWell,
                context.Time,
                services.GetRequiredService<ILogger<SystemdWatchdogNotifier>>()
            ));
        }
    }

    /// <summary>
    /// Returns the maximum interval between two notifications that systemd allows. Returns null if systemd expects none from this process.
    /// </summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="process">Id of this process. It is checked because a child process inherits variables that do not apply to it.</param>
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
