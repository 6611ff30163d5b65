using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>Result of a check of a notification target.</summary>
/// <param name="Target">Name of the target with its channel, for display.</param>
/// <param name="IsReachable">True if the target can be reached.</param>
/// <param name="Message">Sentence about the result. It may be empty if the target can be reached.</param>
public sealed record NoticeDestinationCheckResult(string Target, bool IsReachable, string Message)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Checks all targets in parallel. No message is sent to users.</summary>
    /// <param name="loaded">The current settings, without errors.</param>
    /// <param name="services">Dependencies of the run's steps.</param>
    public static Task<IReadOnlyList<NoticeDestinationCheckResult>> CheckAllAsync(
        SettingsLoadResult loaded,
        RunServiceBundle services,
        CancellationToken stop
    ) => EachAsync(loaded, services, null, (notifier, _, token) => notifier.CheckAsync(token), stop);

    /// <summary>Sends a test message to one target or to all targets.</summary>
    /// <param name="loaded">The current settings, without errors.</param>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="target">Name of the target, or null for all targets.</param>
    public static Task<IReadOnlyList<NoticeDestinationCheckResult>> TestAsync(
        SettingsLoadResult loaded,
        RunServiceBundle services,
        string? target,
        CancellationToken stop
    ) =>
        EachAsync(
            loaded,
            services,
            target,
            (notifier, name, token) => notifier.SendAsync(NoticeFormatter.Test(name, services.Time.GetUtcNow()), token),
            stop
        );

    private static async Task<IReadOnlyList<NoticeDestinationCheckResult>> EachAsync(
        SettingsLoadResult loaded,
        RunServiceBundle services,
        string? only,
        Func<INotifier, string, CancellationToken, Task<NoticeDeliveryResult>> work,
        CancellationToken stop
    )
    {
        var targets = services
            .Part(part => new NoticeDestinationFactory(part))
            .Open(loaded)
            .Where(target => only is null || target.Name == only);
        return await Task.WhenAll(targets.Select(target => OneAsync(target, work, services.Time, stop)));
    }

    private static async Task<NoticeDestinationCheckResult> OneAsync(
        NoticeDestination target,
        Func<INotifier, string, CancellationToken, Task<NoticeDeliveryResult>> work,
        TimeProvider time,
        CancellationToken stop
    )
    {
        if (target.Notifier is not { } notifier)
        {
            return new(target.Name, false, target.Problem);
        }
        using var patience = new CancellationTokenSource(Limit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            var found = await work(notifier, target.Name, limit.Token);
            return new(target.Description, found.Status == NoticeDeliveryResultKind.Done, found.Problem);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(target.Description, false, $"no answer arrived within {Limit.TotalSeconds:0} s.");
        }
    }
}
