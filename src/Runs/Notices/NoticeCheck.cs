using Orchestrator.Notifications;
using Orchestrator.Runs.Setup;

namespace Orchestrator.Runs.Notices;

/// <summary>Whether notices can reach people: looked at without sending any (<c>check</c>), or tried (<c>notify test</c>).</summary>
public static class NoticeCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Checks all targets side by side.</summary>
    /// <param name="loaded">The settings in force, without errors.</param>
    /// <param name="services">Clock and environment.</param>
    public static Task<IReadOnlyList<MachineCheckEntry>> LookAsync(SettingsResult loaded, RunServices services, CancellationToken stop) =>
        EachAsync(loaded, services, null, (notifier, _, token) => notifier.CheckAsync(token), "is reachable", stop);

    /// <summary>Sends a test to one target, or to all.</summary>
    /// <param name="loaded">The settings in force, without errors.</param>
    /// <param name="services">Clock and environment.</param>
    /// <param name="target">Name of the target; null: all.</param>
    /// <returns>A line for each target; none where there are none of that name.</returns>
    public static Task<IReadOnlyList<MachineCheckEntry>> TestAsync(
        SettingsResult loaded,
        RunServices services,
        string? target,
        CancellationToken stop
    ) =>
        EachAsync(
            loaded,
            services,
            target,
            (notifier, name, token) => notifier.SendAsync(NoticeWords.Test(name, services.Time.GetUtcNow()), token),
            "has taken the test",
            stop
        );

    private static async Task<IReadOnlyList<MachineCheckEntry>> EachAsync(
        SettingsResult loaded,
        RunServices services,
        string? only,
        Func<INotifier, string, CancellationToken, Task<Delivery>> work,
        string good,
        CancellationToken stop
    )
    {
        var targets = services.Part(part => new NoticeTargets(part)).Open(loaded).Where(target => only is null || target.Name == only);
        return await Task.WhenAll(targets.Select(target => OneAsync(target, work, good, stop)));
    }

    private static async Task<MachineCheckEntry> OneAsync(
        NoticeTarget target,
        Func<INotifier, string, CancellationToken, Task<Delivery>> work,
        string good,
        CancellationToken stop
    )
    {
        const string Name = "notifications";
        if (target.Notifier is not { } notifier)
        {
            return new(Name, MachineCheckStatus.Warn, $"{target.Name}: {target.Problem}", "See 'notifications' in docs/notices.md.");
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        try
        {
            var found = await work(notifier, target.Name, limit.Token);
            return found.Status == DeliveryStatus.Done
                ? new(Name, MachineCheckStatus.Ok, $"{target.Description} {good}{(found.Problem.Length > 0 ? $": {found.Problem}" : ".")}")
                : new(Name, MachineCheckStatus.Warn, $"{target.Description}: {found.Problem}", "No notice would arrive there.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(
                Name,
                MachineCheckStatus.Warn,
                $"{target.Description}: there was no answer within {Limit.TotalSeconds:0} s.",
                "No notice would arrive there."
            );
        }
    }
}
