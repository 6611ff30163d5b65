using System.Text.Json.Serialization;
using Orchestrator.App.Engine;

namespace Orchestrator.Dashboard.Source;

/// <summary>Runs queries on repositories. Identical concurrent queries are run only once, so that two hundred open pages cost as much as
/// one.</summary>
/// <param name="source">Runs the queries and commands.</param>
/// <param name="time">Clock.</param>
internal sealed class QueryCoalescer(IDashboardBackend source, TimeProvider time)
{
    private const int MostRuns = 50;

    private readonly CoalescingCache<DashboardDocumentResult<object>> _asked = new(time);

    /// <summary>Serializer options for JSON documents that the web server itself creates.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Repositories of this user.</summary>
    public IReadOnlyList<DashboardRepositoryReference> Repositories => source.Repositories();

    /// <summary>Repository in which the server was started, or null if it was started elsewhere.</summary>
    public DashboardRepositoryReference? Home => source.Home;

    /// <summary>Returns the repository with the given id, or null if there is none.</summary>
    public DashboardRepositoryReference? Find(string? id) => source.Repositories().FirstOrDefault(repository => repository.Id == id);

    /// <summary>Returns a value that changes whenever a run of any repository changes.</summary>
    public string State() => string.Join(';', Repositories.Select(repository => State(repository)));

    /// <summary>
    /// Returns a value that changes whenever the given run changes or, if no run is given, whenever any run of the repository changes.
    /// </summary>
    public string State(DashboardRepositoryReference repository, string? run = null) => source.Fingerprint(repository, run);

    /// <summary>Runs a query.</summary>
    /// <param name="repository">Repository to query.</param>
    /// <param name="question">Key that identifies the query within the repository.</param>
    /// <param name="ask">Runs the query.</param>
    /// <param name="stop">Cancels the caller's wait.</param>
    /// <param name="run">Run whose changes invalidate the answer, or null for changes of any run.</param>
    public async Task<DashboardDocumentResult<T>> AskAsync<T>(
        DashboardRepositoryReference repository,
        string question,
        Func<IRunQueries, CancellationToken, Task<T>> ask,
        CancellationToken stop,
        string? run = null
    )
        where T : class
    {
        // The state is part of the key, so that a client notified of a change never gets an answer from before the change.
        var key = $"{repository.Root}\0{question}\0{(run is null ? State() : State(repository, run))}";
        // The query does not use the caller's token, because others may wait for the same answer.
        var answer = await _asked.GetAsync(key, () => AskAsync(repository, ask)).WaitAsync(stop);
        return new DashboardDocumentResult<T>((T?)answer.Document, answer.Fault);
    }

    /// <summary>Returns a run with its tasks.</summary>
    public Task<DashboardDocumentResult<RunStatus>> RunAsync(DashboardRepositoryReference repository, string run, CancellationToken stop) =>
        AskAsync(repository, $"run {run}", (queries, ask) => queries.RunAsync(run, ask), stop, run);

    /// <summary>
    /// Returns the state transitions of a run and the messages to its agents, or an empty list if the run does not exist.
    /// </summary>
    /// <param name="repository">Repository of the run.</param>
    /// <param name="run">Id of the run.</param>
    /// <param name="stop">Cancels the caller's wait.</param>
    /// <param name="limit">Maximum number of latest events, or null for all events.</param>
    public async Task<IReadOnlyList<RunEvent>> EventsAsync(
        DashboardRepositoryReference repository,
        string run,
        CancellationToken stop,
        int? limit = null
    ) =>
        (
            await AskAsync(
                repository,
                string.Create(CultureInfo.InvariantCulture, $"events {limit} {run}"),
                (queries, ask) => queries.EventsAsync(run, limit, ask),
                stop,
                run
            )
        ).Document
        ?? [];

    /// <summary>Returns the latest runs of a repository.</summary>
    public Task<DashboardDocumentResult<RunListDocument>> HistoryAsync(
        DashboardRepositoryReference repository,
        CancellationToken stop,
        int most = MostRuns
    ) =>
        AskAsync(
            repository,
            string.Create(CultureInfo.InvariantCulture, $"history {most}"),
            (queries, ask) => queries.HistoryAsync(most, withForecasts: false, ask),
            stop
        );

    /// <summary>Returns the entries of the inbox, which lists everything that needs the user's attention, in all repositories.</summary>
    public async Task<IReadOnlyList<InboxEntryDocument>> InboxAsync(CancellationToken stop) =>
        (await AskAnyAsync("inbox", (queries, ask) => queries.InboxAsync(withSnoozed: false, ask), stop)).Document?.Entries ?? [];

    /// <summary>Runs a query on an arbitrary repository. Intended for queries whose result is the same for every repository.</summary>
    public async Task<DashboardDocumentResult<T>> AskAnyAsync<T>(
        string question,
        Func<IRunQueries, CancellationToken, Task<T>> ask,
        CancellationToken stop
    )
        where T : class =>
        Repositories is [var any, ..]
            ? await AskAsync(any, question, ask, stop)
            : new DashboardDocumentResult<T>(
                null,
                new UseCaseException(UseCaseOutcome.Usage, "You have not started a run on this machine yet.")
            );

    /// <summary>Returns the commands that change runs of a repository.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="device">Device of the user.</param>
    public IRunCommands CommandsIn(DashboardRepositoryReference repository, string device) => source.CommandsIn(repository, device);

    private async Task<DashboardDocumentResult<object>> AskAsync<T>(
        DashboardRepositoryReference repository,
        Func<IRunQueries, CancellationToken, Task<T>> ask
    )
        where T : class
    {
        // A slow query must not block the caller's thread.
        await Task.Yield();
        try
        {
            return new DashboardDocumentResult<object>(await ask(source.QueriesIn(repository), CancellationToken.None), null);
        }
        catch (Exception fault) when (UseCaseExceptionConverter.Of(fault) is { } known)
        {
            return new DashboardDocumentResult<object>(null, known);
        }
    }
}
