using System.Text.Json.Serialization;
using Orchestrator.App.Engine;

namespace Orchestrator.Dashboard.Source;

/// <summary>Asks the queries of repositories. The same question of several pages at the same moment is asked once: two hundred open pages
/// cost what one costs.</summary>
/// <param name="source">Answers and carries out reader.</param>
/// <param name="time">The clock.</param>
internal sealed class QueryReader(IDashboardSource source, TimeProvider time)
{
    private const int MostRuns = 50;

    private readonly SharedWork<Answer<object>> _asked = new(time);

    /// <summary>The JSON of the documents that the page makes itself.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The repositories of this user.</summary>
    public IReadOnlyList<RepositoryEntry> Repositories => source.Repositories();

    /// <summary>A repository by its id; null: there is none.</summary>
    public RepositoryEntry? Find(string? id) => source.Repositories().FirstOrDefault(repository => repository.Id == id);

    /// <summary>Changes whenever something about the runs of any repository changes.</summary>
    public string State() => string.Join(';', Repositories.Select(repository => State(repository)));

    /// <summary>Changes whenever something about a run changes, or about all runs of a repository.</summary>
    public string State(RepositoryEntry repository, string? run = null) => source.Fingerprint(repository, run);

    /// <summary>Asks a question.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="question">Tells the question from others about the same repository.</param>
    /// <param name="ask">Asks it.</param>
    /// <param name="stop">The asker gives up waiting.</param>
    /// <param name="run">The run whose changes renew the answer; null: changes of any run do.</param>
    public async Task<Answer<T>> AskAsync<T>(
        RepositoryEntry repository,
        string question,
        Func<IRunQueries, CancellationToken, Task<T>> ask,
        CancellationToken stop,
        string? run = null
    )
        where T : class
    {
        // An answer of before a change is never given to an asker who was told of that change.
        var key = $"{repository.Root}\0{question}\0{(run is null ? State() : State(repository, run))}";
        // Not the asker's own token: others may wait for the same answer.
        var answer = await _asked.GetAsync(key, () => AskAsync(repository, ask)).WaitAsync(stop);
        return new Answer<T>((T?)answer.Document, answer.Fault);
    }

    /// <summary>A run with its tasks.</summary>
    public Task<Answer<RunStatus>> RunAsync(RepositoryEntry repository, string run, CancellationToken stop) =>
        AskAsync(repository, $"run {run}", (queries, ask) => queries.RunAsync(run, ask), stop, run);

    /// <summary>Transitions and mail of a run; none where there is no such run.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="run">The run.</param>
    /// <param name="stop">The asker gives up waiting.</param>
    /// <param name="limit">The greatest number of them, from the end; null: all.</param>
    public async Task<IReadOnlyList<RunEvent>> EventsAsync(
        RepositoryEntry repository,
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

    /// <summary>The latest runs of a repository.</summary>
    public Task<Answer<HistoryDocument>> HistoryAsync(RepositoryEntry repository, CancellationToken stop, int most = MostRuns) =>
        AskAsync(
            repository,
            string.Create(CultureInfo.InvariantCulture, $"history {most}"),
            (queries, ask) => queries.HistoryAsync(most, withForecasts: false, ask),
            stop
        );

    /// <summary>The lines of the inbox: everything that needs the user, in all repositories.</summary>
    public async Task<IReadOnlyList<InboxLine>> InboxAsync(CancellationToken stop) =>
        (await AskAnyAsync("inbox", (queries, ask) => queries.InboxAsync(withSnoozed: false, ask), stop)).Document?.Entries ?? [];

    /// <summary>Asks a question that is about no repository, in any of them.</summary>
    public async Task<Answer<T>> AskAnyAsync<T>(string question, Func<IRunQueries, CancellationToken, Task<T>> ask, CancellationToken stop)
        where T : class =>
        Repositories is [var any, ..]
            ? await AskAsync(any, question, ask, stop)
            : new Answer<T>(null, new UseCaseException(Outcome.Usage, "No run was started by this user on this machine yet."));

    /// <summary>The commands of a repository for a user.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="device">Device of the user.</param>
    public IRunCommands CommandsIn(RepositoryEntry repository, string device) => source.CommandsIn(repository, device);

    private async Task<Answer<object>> AskAsync<T>(RepositoryEntry repository, Func<IRunQueries, CancellationToken, Task<T>> ask)
        where T : class
    {
        // A question must not hold up the thread of the asker.
        await Task.Yield();
        try
        {
            return new Answer<object>(await ask(source.QueriesIn(repository), CancellationToken.None), null);
        }
        catch (Exception fault) when (UseCaseFaults.Of(fault) is { } known)
        {
            return new Answer<object>(null, known);
        }
    }
}
