using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Orchestrator.App.Callbacks;
using Orchestrator.Dashboard.Source;

namespace Orchestrator.Cli.Web;

/// <summary>
/// Implements the backend of the dashboard. Provides queries and commands for all repositories in which the user has started runs.
/// </summary>
/// <param name="context">Clock and variables.</param>
internal sealed class DashboardBackend(UseCaseServiceBundle context) : IDashboardBackend
{
    private static readonly TimeSpan RepositoriesKept = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RunLooked = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RepositoryLooked = TimeSpan.FromMilliseconds(250);

    private readonly KnownRepositoryStore _known = new(context.Environment);
    private readonly ConcurrentDictionary<(string Root, string? Run), (long At, string Seen)> _seen = new();
    private (long At, IReadOnlyList<DashboardRepositoryReference> All)? _repositories;

    /// <inheritdoc/>
    public IReadOnlyList<DashboardRepositoryReference> Repositories()
    {
        if (_repositories is { } read && context.Time.GetElapsedTime(read.At) < RepositoriesKept)
        {
            return read.All;
        }
        IReadOnlyList<DashboardRepositoryReference> all = [.. _known.List().Select(EntryOf)];
        _repositories = (context.Time.GetTimestamp(), all);
        return all;
    }

    /// <inheritdoc/>
    public DashboardRepositoryReference? Home { get; } = context.FindRepository() is { IsBare: false } here ? EntryOf(here) : null;

    /// <summary>Returns the local paths of the repositories that <see cref="Repositories"/> returns.</summary>
    public IReadOnlyList<LocalRepositoryPaths> Locations() => _known.List();

    /// <inheritdoc/>
    public IRunQueries QueriesIn(DashboardRepositoryReference repository) =>
        new RunQueries(NonInteractiveUseCaseServiceBundle.In(repository.Root, context));

    /// <inheritdoc/>
    public IRunCommands CommandsIn(DashboardRepositoryReference repository, string device) =>
        new RunCommands(context, repository.Root, device);

    /// <inheritdoc/>
    public IAsyncEnumerable<RunEvent>? FollowAsync(
        DashboardRepositoryReference repository,
        string run,
        long after,
        CancellationToken stop
    ) => FolderOf(repository, run) is { } folder && StoredRun.TryRead(folder) is { } stored ? FollowAsync(stored, after, stop) : null;

    /// <inheritdoc/>
    public string Fingerprint(DashboardRepositoryReference repository, string? run)
    {
        var key = (repository.Root, run);
        if (_seen.TryGetValue(key, out var seen) && context.Time.GetElapsedTime(seen.At) < (run is null ? RepositoryLooked : RunLooked))
        {
            return seen.Seen;
        }
        var runs = Path.Combine(repository.Root, ".orchestrator", "runs");
        var now =
            run is not null ? (FolderOf(repository, run) is { } folder ? OfRun(folder, withAgents: true) : "")
            : !Directory.Exists(runs) ? ""
            : string.Join(',', Directory.EnumerateDirectories(runs).Select(folder => OfRun(folder, withAgents: false)));
        _seen[key] = (context.Time.GetTimestamp(), now);
        return now;
    }

    /// <inheritdoc/>
    public bool IsStepOfRun(IPEndPoint caller, IPEndPoint called) => AgentRunIdentity.AreOfCaller(caller, called);

    private static DashboardRepositoryReference EntryOf(LocalRepositoryPaths location) =>
        new(location.Key, Path.GetFileName(location.Root), location.Root);

    private async IAsyncEnumerable<RunEvent> FollowAsync(StoredRun run, long after, [EnumeratorCancellation] CancellationToken stop)
    {
        var lines = RunEventTimeline.FollowAsync(run, () => RunStateNames.IsFinal(run.Reload().Status.State), context.Time, stop);
        await foreach (var line in lines)
        {
            if (line.Happened.Sequence > after)
            {
                yield return line.Happened;
            }
        }
    }

    /// <summary>Returns the folder of a run by its full id, or null if the run does not exist. An id must be a single name, never a
    /// path.</summary>
    private static string? FolderOf(DashboardRepositoryReference repository, string run)
    {
        if (run.Length == 0 || run is "." or ".." || run.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
        {
            return null;
        }
        var folder = Path.Combine(repository.Root, ".orchestrator", "runs", run);
        return Directory.Exists(folder) ? folder : null;
    }

    private static string OfRun(string folder, bool withAgents)
    {
        var seen = string.Join(
            '.',
            ((string[])["status.json", "events.jsonl", "mail.jsonl"]).Select(name => Stamp(Path.Combine(folder, name)))
        );
        var tasks = Path.Combine(folder, "tasks");
        return !withAgents || !Directory.Exists(tasks)
            ? seen
            : seen
                + string.Concat(
                    Directory
                        .EnumerateDirectories(tasks)
                        .Select(AgentActionReader.LastStart)
                        .OfType<string>()
                        .Select(start => Stamp(Path.Combine(start, "progress.json")) + Stamp(Path.Combine(start, "stderr")))
                );
    }

    private static string Stamp(string file) =>
        new FileInfo(file) is { Exists: true } found
            ? string.Create(CultureInfo.InvariantCulture, $"{found.Length:x}-{found.LastWriteTimeUtc.Ticks:x}")
            : "";
}
