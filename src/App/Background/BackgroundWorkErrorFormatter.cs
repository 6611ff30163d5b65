using Orchestrator.App.Setup;

namespace Orchestrator.App.Background;

/// <summary>Formats the recorded errors of the periodic background work that serves a repository.</summary>
public static class BackgroundWorkErrorFormatter
{
    /// <summary>Formats each recorded background error as a line of text.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="now">The current time.</param>
    public static IReadOnlyList<string> LinesOf(LocalRepositoryPaths repository, DateTimeOffset now) =>
        [
            .. BackgroundErrorStore
                .Read(repository.OrchestratorFolder)
                .Select(fault =>
                    $"{fault.Unit} failed {Plural.Times(fault.Failures)}, last {DurationAndTokenFormatter.Time(now - fault.At)} ago: "
                    + $"{new UntrustedText(fault.Error).Line}"
                ),
        ];

    /// <summary>Formats each recorded background error as an entry for <c>check</c>.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="now">The current time.</param>
    public static IEnumerable<MachineReadinessCheckResult> EntriesOf(LocalRepositoryPaths repository, DateTimeOffset now) =>
        LinesOf(repository, now)
            .Select(line => new MachineReadinessCheckResult(
                "background",
                MachineReadinessCheckStatus.Warn,
                line,
                "This work will be retried. For details, see the log of the process that executes runs (.orchestrator/logs)."
            ));
}
