using System.Text.Json.Serialization;

namespace Orchestrator.Dashboard.Source;

/// <summary>Asks the source, and reads its documents. The same question of several pages at once is asked once: two hundred open pages cost
/// what one costs.</summary>
/// <param name="source">Carries out the commands.</param>
/// <param name="time">The clock.</param>
internal sealed class CommandReader(IDashboardSource source, TimeProvider time)
{
    private const int MostRuns = 50;

    /// <summary>As the command line writes documents.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly SharedWork<CommandOutcome> _asked = new(time);

    /// <summary>The repositories of this user.</summary>
    public IReadOnlyList<RepositoryEntry> Repositories => source.Repositories();

    /// <summary>A repository by its id; null: there is none.</summary>
    public RepositoryEntry? Find(string? id) => source.Repositories().FirstOrDefault(repository => repository.Id == id);

    /// <summary>The outcome of a command that only reads.</summary>
    public async Task<CommandOutcome> ReadAsync(string repository, IReadOnlyList<string> words, CancellationToken stop)
    {
        // Of before a change is never given to whoever was told of that change.
        var key = $"{repository}\0{string.Join('\0', words)}\0{StateOf(repository, words)}";
        // Not the asker's own token: others may wait for the same answer.
        return await _asked
            .GetAsync(key, () => source.CallAsync(new CommandCall(repository, words), CancellationToken.None))
            .WaitAsync(stop);
    }

    /// <summary>Changes whenever something about the runs of any repository changes.</summary>
    public string State() => string.Join(';', Repositories.Select(repository => State(repository)));

    /// <summary>Changes whenever something about a run changes, or about all runs of a repository.</summary>
    public string State(RepositoryEntry repository, string? run = null) => source.Fingerprint(repository, run);

    private string StateOf(string repository, IReadOnlyList<string> words)
    {
        var run = words.SkipWhile(word => word != "--").Skip(1).FirstOrDefault()?.Split('/')[0];
        return run is not null && Repositories.FirstOrDefault(one => one.Root == repository) is { } home ? State(home, run) : State();
    }

    /// <summary>The document of a command that only reads.</summary>
    /// <returns>Null with the outcome where it failed.</returns>
    public async Task<(T? Document, CommandOutcome Outcome)> ReadAsync<T>(
        string repository,
        IReadOnlyList<string> words,
        CancellationToken stop
    )
        where T : class
    {
        var outcome = await ReadAsync(repository, words, stop);
        var document = outcome.Document as T ?? (outcome.Output.Length > 0 ? JsonSerializer.Deserialize<T>(outcome.Output, Json) : null);
        return (document, outcome);
    }

    /// <summary>A run as it is; null with the outcome where there is none.</summary>
    public Task<(RunStatus? Run, CommandOutcome Outcome)> RunAsync(RepositoryEntry repository, string run, CancellationToken stop) =>
        ReadAsync<RunStatus>(repository.Root, ["status", "--json", "--", run], stop);

    /// <summary>A run's transitions and its mail.</summary>
    /// <param name="repository">Where the run is.</param>
    /// <param name="run">The run.</param>
    /// <param name="stop">Nobody waits any more.</param>
    /// <param name="limit">Only so many, the last ones; null: all.</param>
    public async Task<IReadOnlyList<RunEvent>> EventsAsync(
        RepositoryEntry repository,
        string run,
        CancellationToken stop,
        int? limit = null
    ) =>
        [
            .. (
                await ReadAsync(
                    repository.Root,
                    limit is { } most
                        ? ["events", "--json", $"--limit={most.ToString(CultureInfo.InvariantCulture)}", "--", run]
                        : ["events", "--json", "--", run],
                    stop
                )
            )
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(Event),
        ];

    /// <summary>The latest runs of a repository.</summary>
    public Task<(Client.Views.HistoryDocument? History, CommandOutcome Outcome)> HistoryAsync(
        RepositoryEntry repository,
        CancellationToken stop,
        int most = MostRuns
    ) =>
        ReadAsync<Client.Views.HistoryDocument>(
            repository.Root,
            ["history", "--json", $"--limit={most.ToString(CultureInfo.InvariantCulture)}"],
            stop
        );

    /// <summary>The lines of the inbox: what needs the user, in all repositories.</summary>
    public async Task<IReadOnlyList<Client.Views.InboxLine>> InboxAsync(CancellationToken stop) =>
        Repositories is [var any, ..]
            ? (await ReadAsync<Client.Views.InboxDocument>(any.Root, ["inbox", "--json"], stop)).Document?.Entries ?? []
            : [];

    /// <summary>Carries out a command for a person.</summary>
    public Task<CommandOutcome> ActAsync(CommandCall call, CancellationToken stop) => source.CallAsync(call, stop);

    // A message among the transitions has no number, and its words instead of a reason.
    private static RunEvent Event(string line)
    {
        var happened = JsonSerializer.Deserialize<EventLine>(line, Json)!;
        return new RunEvent
        {
            Sequence = happened.Sequence,
            Time = happened.Time,
            Task = happened.Task,
            State = happened.State,
            Why = happened.Why ?? (happened.Sequence == 0 ? new Mailed(new Quote(happened.Reason ?? "")) : null),
            Evidence = happened.Evidence ?? "",
            By = happened.By,
        };
    }

    private sealed record EventLine(
        long Sequence,
        DateTimeOffset Time,
        string? Task,
        string State,
        Reason? Why,
        string? Reason,
        string? Evidence,
        string? By
    );
}
