using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.App.Cleaning;

namespace Orchestrator.App.Commands;

/// <summary>
/// Options of a cleanup. At most one of <see cref="Runs"/>, <see cref="Keep"/> and <see cref="OlderThan"/> selects the runs.
/// </summary>
public sealed record CleanupOptions
{
    /// <summary>Number of most recently ended runs that a cleanup keeps by default.</summary>
    public const int KeptAnyway = 10;

    /// <summary>
    /// Names of the ended runs to clean up. If empty, <see cref="Keep"/> or <see cref="OlderThan"/> selects the runs. If these are not set
    /// either, all runs except the latest <see cref="KeptAnyway"/> are selected.
    /// </summary>
    public IReadOnlyList<string> Runs { get; init; } = [];

    /// <summary>Number of most recently ended runs to keep, or null if another option selects the runs.</summary>
    public int? Keep { get; init; }

    /// <summary>Minimum time since the end of a run for the run to be cleaned up, or null if another option selects the runs.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>True to also discard work that is on none of the user's branches. Requires names in <see cref="Runs"/>.</summary>
    public bool Discard { get; init; }

    /// <summary>True to discard work without asking the user.</summary>
    public bool Yes { get; init; }

    /// <summary>True to list the items without removing them.</summary>
    public bool IsDryRun { get; init; }
}

/// <summary>Result of a cleanup.</summary>
/// <param name="IsDryRun">True if nothing was removed.</param>
/// <param name="Found">The removed items. In a dry run, the items that would be removed.</param>
/// <param name="Kept">The runs of which something is kept, with the reasons.</param>
/// <param name="Before">Disk usage before the cleanup.</param>
/// <param name="After">Disk usage after the cleanup.</param>
public sealed record CleanupResult(
    bool IsDryRun,
    CleanupSurvey Found,
    IReadOnlyList<RetainedRunEntry> Kept,
    StorageSizes Before,
    StorageSizes After
)
{
    /// <summary>Converts the result to the output of <c>cleanup --json</c>.</summary>
    public CleanupDocument ToDocument() =>
        new(
            IsDryRun,
            [.. Found.Runs.Where(remains => remains.HasAny).Select(RemovedRunEntry.Of)],
            [.. Kept.Select(entry => entry.Why.Count > 0 ? entry : entry with { Why = ["not selected"] })],
            Found.StrayRefs,
            Found.Spare,
            [.. Found.Orphans.Select(orphan => orphan.Folder)],
            Found.GitCopies,
            Before,
            After
        );
}

/// <summary>Removes leftovers of ended runs, but only leftovers that are verified to be merged or obsolete.</summary>
/// <param name="context">Provides user interaction, the clock and the current folder.</param>
/// <param name="flags">Command-line options that determine the engine.</param>
public sealed class EndedRunCleaner(UseCaseServiceBundle context, IReadOnlyList<SettingOverride> flags)
{
    /// <summary>Removes the leftovers that are selected by the options.</summary>
    /// <returns>The result, or null if the user did not agree to discard work.</returns>
    /// <exception cref="UseCaseException">The options contradict each other, or another process is cleaning up.</exception>
    public async Task<CleanupResult?> RunAsync(CleanupOptions options, CancellationToken stop)
    {
        RefuseContradictions(options);
        var location = context.RequireRepository();
        var settings = context.OpenSettings(location, flags).Loaded.Settings!;
        await context.RequireOwnFoldersAsync(location, settings.Worktrees.Directory, stop);
        var all = StoredRunFinder.List(location);
        var neverBegun = UnstartedRuns.List(location, context.Time.GetUtcNow());
        var isNone = all.Count + neverBegun.Count == 0;
        if (isNone)
        {
            context.Interaction.Inform("This repository has no leftovers, because no run has started here yet.");
        }
        RunStatus[] runs = [.. all.Select(run => RunRecordReconciler.Of(run, location).Status), .. neverBegun];
        var chosen = Choose(options, runs);
        var cleanup = await RepositoryLeftoverCleaner.OpenAsync(location, settings, context.Services);
        using var one = isNone
            ? null
            : cleanup.TryBegin()
                ?? throw new UseCaseException(
                    UseCaseOutcome.Unavailable,
                    "Another process is cleaning up this repository.",
                    "Run the command again in a moment."
                );
        var found = await cleanup.FindLeftoversAsync(chosen, runs, options.Discard, stop);
        var isDry = options.IsDryRun;
        if (!isDry && !MayDiscard(options, found))
        {
            context.Interaction.Inform("Nothing was removed.");
            return null;
        }
        var before = await cleanup.SizesAsync(stop);
        IReadOnlyList<string> left = [];
        if (!isDry)
        {
            await using var engine = isNone
                ? null
                : await EngineConnection.OpenAsync(location, settings, context, NullLoggerFactory.Instance, stays: false, stop);
            var histories = new WorkflowHistoryRemover(engine, context.Time, stop);
            left = await cleanup.RemoveAsync(found, histories.RemoveHistoryAsync, stop);
            await histories.FinishAsync();
        }
        var after = isDry ? before : await cleanup.SizesAsync(stop);
        foreach (var why in left)
        {
            context.Interaction.Warn(why);
        }
        return new CleanupResult(isDry, found, Kept(runs, chosen, found), before, after);
    }

    /// <summary>
    /// Shows the user the work that would be discarded. Returns true if there is no such work, or if the user has confirmed that it may be
    /// discarded.
    /// </summary>
    private bool MayDiscard(CleanupOptions options, CleanupSurvey found)
    {
        var lost = found.Runs.SelectMany(remains => remains.GivenUp).ToList();
        if (lost.Count == 0)
        {
            return true;
        }
        context.Interaction.Inform("This work is not on any of your branches and would be discarded:");
        foreach (var one in lost)
        {
            context.Interaction.Inform(new UntrustedText($"  {one}"));
        }
        return options.Yes
            || (
                context.Interaction.Ask("Discard it permanently?")
                ?? throw new UseCaseException(
                    UseCaseOutcome.NeedsPerson,
                    "Discarding work requires confirmation in a terminal.",
                    "To discard the work without confirmation, add --yes."
                )
            );
    }

    private static void RefuseContradictions(CleanupOptions options)
    {
        if ((options.Runs.Count > 0 ? 1 : 0) + (options.Keep is null ? 0 : 1) + (options.OlderThan is null ? 0 : 1) > 1)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, "RUN, --keep and --older-than can't be combined.", "Use only one of them.");
        }
        if (options.Keep < 0)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"--keep {options.Keep} is less than 0.", "orchestrate cleanup --keep 0");
        }
        if (options.Runs.Count == 0 && options.Discard)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, "--discard needs the names of the runs.", "orchestrate cleanup --discard RUN");
        }
    }

    private List<RunStatus> Choose(CleanupOptions options, IReadOnlyList<RunStatus> runs)
    {
        if (options.Runs.Count == 0)
        {
            var ended = runs.Where(run => RunStateNames.IsFinal(run.State));
            return
            [
                .. ExpiredRunSelector.Beyond(
                    ended,
                    options.OlderThan is null ? options.Keep ?? CleanupOptions.KeptAnyway : null,
                    options.OlderThan,
                    context.Time.GetUtcNow()
                ),
                .. runs.Where(run => run.State == UnstartedRuns.State),
            ];
        }
        var chosen = options
            .Runs.Select(id => RunNameResolver.RequireId(runs.Select(run => run.RunId), id, context.FindRepository()))
            .Distinct(StringComparer.Ordinal)
            .Select(id => runs.First(run => run.RunId == id))
            .ToList();
        return chosen.Find(UnstartedRuns.IsOpen) is { } open
            ? throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{open.RunId} is {RunLivenessClassifier.Describe(open)}, so its files and branches are kept until it ends.",
                $"To end it: orchestrate cancel {open.RunId}"
            )
            : chosen;
    }

    private static IReadOnlyList<RetainedRunEntry> Kept(
        IReadOnlyList<RunStatus> runs,
        IReadOnlyList<RunStatus> chosen,
        CleanupSurvey found
    ) =>
        [
            .. runs.Where(UnstartedRuns.IsOpen)
                .Select(run => new RetainedRunEntry(
                    run.RunId,
                    RunLivenessClassifier.Describe(run),
                    ["nothing is removed until the run ends"]
                )),
            .. found
                .Runs.Where(remains => !remains.IsWhole)
                .Select(remains => new RetainedRunEntry(remains.Run.Status.RunId, remains.Run.Status.State, remains.Kept)),
            .. runs.Where(run => RunStateNames.IsFinal(run.State) && !chosen.Contains(run))
                .Select(run => new RetainedRunEntry(run.RunId, run.State, [])),
        ];
}
