using Orchestrator.App.Setup;

namespace Orchestrator.App.Background;

/// <summary>Returns the last errors of the periodic background work that serves a repository.</summary>
public static class BackgroundErrorFormatter
{
    /// <summary>Returns the last background errors as lines of text.</summary>
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

    /// <summary>Returns the last background errors as entries for <c>check</c>.</summary>
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
