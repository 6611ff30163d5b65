using Orchestrator.App.Verification;
using Orchestrator.Client.Schedules;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Runs;

/// <summary>
/// Collects everything that needs the user's attention in all repositories. Reads files and queries the Temporal servers of runs, but
/// starts no engine and calls no model.
/// </summary>
/// <param name="context">Provides the clock, the environment and the user's current repository.</param>
public sealed class UserInboxReader(UseCaseServiceBundle context)
{
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(2);

    /// <summary>
    /// Returns all inbox entries. Those with an answer come last. Otherwise the most urgent kind comes first, and the oldest entry first
    /// within a kind. If a repository can't be read, a warning is shown and the others are still included.
    /// </summary>
    public async Task<IReadOnlyList<UserInboxEntry>> ReadAsync(CancellationToken stop)
    {
        var known = new KnownRepositoryStore(context.Environment);
        if (context.FindRepository() is { IsBare: false } here && Directory.Exists(here.RunsFolder))
        {
            known.Add(here);
        }
        var entries = new List<UserInboxEntry>();
        foreach (var repository in known.List())
        {
            try
            {
                entries.AddRange(await ReadAsync(repository, stop));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                context.Interaction.Warn($"{repository.Root} can't be read: {fault.Message}");
            }
        }
        return [.. entries.OrderBy(entry => entry.Answered is not null).ThenBy(entry => entry.Kind).ThenBy(entry => entry.Since)];
    }

    private async Task<IReadOnlyList<UserInboxEntry>> ReadAsync(LocalRepositoryPaths repository, CancellationToken stop)
    {
        var runs = new Dictionary<string, RunStatus>(StringComparer.Ordinal);
        var entries = new List<UserInboxEntry>();
        foreach (var run in StoredRunFinder.Open(repository))
        {
            // Only the server knows the machine that a run waits for. The query does not start an engine.
            var seen = await RunStateResolver.OfAsync(run, repository, context, stop);
            if (seen.Status.Questions.Any(question => question.Ways.Any(way => way.Kind == SuggestedCommandKinds.RaiseBudget)))
            {
                seen = RunStateResolver.WithBudgets(seen, repository, context);
            }
            runs[run.Id] = seen.Status;
            entries.AddRange(UserInboxEntry.Of(seen.Status, repository));
        }
        var now = context.Time.GetUtcNow();
        foreach (var schedule in await RepositoryScheduleReader.ReadAsync(repository, context, now - LooksBack, stop))
        {
            var fires = ScheduledStartResult.Of(
                schedule,
                id => runs.GetValueOrDefault(id) ?? StoredRunFinder.Find(repository, id)?.Status,
                now,
                most: 1
            );
            if (UserInboxEntry.Of(schedule, fires, repository) is { } missed)
            {
                entries.Add(missed);
            }
        }
        entries.AddRange(
            new NoticeOutbox(repository.Key, context.Services)
                .Read()
                .Where(notice => notice.IsLate(now))
                .GroupBy(notice => notice.Run)
                .Select(unsent => UserInboxEntry.OfUnsent([.. unsent], repository))
        );
        entries.AddRange(
            new FlakyTests(repository.Root, context).Read().Quarantine.EndedBy(now).Select(test => UserInboxEntry.OfEnded(test, repository))
        );
        return entries;
    }
}
