using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Orchestrator.Cli.Console;
using Orchestrator.Dashboard.Source;
using Orchestrator.Machine.Repositories;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks.Callbacks;

namespace Orchestrator.Cli.Web;

/// <summary>The source of the page: our own commands, carried out in this process without a terminal, and the records of runs.</summary>
/// <param name="context">Clock, variables, and how a command is called.</param>
internal sealed class CommandSource(CommandContext context) : IDashboardSource
{
    private const int MostRead = 64 * 1024 * 1024;
    private static readonly TimeSpan RepositoriesKept = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RunLooked = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan RepositoryLooked = TimeSpan.FromMilliseconds(250);

    private readonly KnownRepositories _known = new(context.Environment);
    private readonly ConcurrentDictionary<(string Root, string? Run), (long At, string Seen)> _seen = new();
    private (long At, IReadOnlyList<RepositoryEntry> All)? _repositories;

    /// <inheritdoc/>
    public IReadOnlyList<RepositoryEntry> Repositories()
    {
        if (_repositories is { } read && context.Time.GetElapsedTime(read.At) < RepositoriesKept)
        {
            return read.All;
        }
        IReadOnlyList<RepositoryEntry> all =
        [
            .. _known.List().Select(repository => new RepositoryEntry(repository.Key, Path.GetFileName(repository.Root), repository.Root)),
        ];
        _repositories = (context.Time.GetTimestamp(), all);
        return all;
    }

    /// <summary>The place where the repositories of <see cref="Repositories"/> lie.</summary>
    public IReadOnlyList<RepositoryLocation> Locations() => _known.List();

    /// <inheritdoc/>
    public IRunQueries QueriesIn(RepositoryEntry repository) =>
        new RunQueries(new UnattendedContext(context.Environment, repository.Root, context.Time, context.Platform));

    /// <inheritdoc/>
    public async Task<CommandOutcome> CallAsync(CommandCall call, CancellationToken stop)
    {
        // A command must not hold up the thread that has asked.
        await Task.Yield();
        var (output, messages) = (new LimitedWriter(MostRead), new LimitedWriter(MostRead));
        var fault = (UseCaseException?)null;
        var file = call.Input is null ? null : Path.Combine(Directory.CreateTempSubdirectory("orchestrate-web-").FullName, "plan.yaml");
        var caller = new CommandCaller(CapturedTerminal.Opening(context.Environment, output, messages))
        {
            Device = call.Device,
            TakeFault = known => fault = new UseCaseException(known.Outcome, Told(known.Message), Told(known.Cure)),
        };
        try
        {
            if (file is not null)
            {
                await File.WriteAllTextAsync(file, call.Input, stop);
            }
            var words = call.Words.Select(word => word == CommandCall.InputFile ? file ?? word : word).ToList();
            var code = await context.CallAtAsync(words, call.Repository, caller);
            return new CommandOutcome((int)code, Told(output.ToString()), Told(messages.ToString())) { Fault = fault };
        }
        finally
        {
            if (file is not null)
            {
                Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
            }
        }

        // Whoever sent a plan has not named that file, and never finds it.
        string Told(string text) => file is null ? text : text.Replace(file, Path.GetFileName(file), StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RunEvent>? FollowAsync(RepositoryEntry repository, string run, long after, CancellationToken stop) =>
        FolderOf(repository, run) is { } folder && StoredRun.TryRead(folder) is { } stored ? FollowAsync(stored, after, stop) : null;

    /// <inheritdoc/>
    public string Fingerprint(RepositoryEntry repository, string? run)
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
    public bool IsStepOfRun(IPEndPoint caller, IPEndPoint called) => AgentStartFacts.AreOfCaller(caller, called);

    private async IAsyncEnumerable<RunEvent> FollowAsync(StoredRun run, long after, [EnumeratorCancellation] CancellationToken stop)
    {
        var lines = RunLines.FollowAsync(run, () => RunStates.IsFinal(run.Reload().Status.State), context.Time, stop);
        await foreach (var line in lines)
        {
            if (line.Happened.Sequence > after)
            {
                yield return line.Happened;
            }
        }
    }

    /// <summary>The folder of a run by its whole id; null where there is none. An id is one name, never a path.</summary>
    private static string? FolderOf(RepositoryEntry repository, string run)
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
                        .Select(AgentActivity.LastStart)
                        .OfType<string>()
                        .Select(start => Stamp(Path.Combine(start, "progress.json")))
                );
    }

    private static string Stamp(string file) =>
        new FileInfo(file) is { Exists: true } found
            ? string.Create(CultureInfo.InvariantCulture, $"{found.Length:x}-{found.LastWriteTimeUtc.Ticks:x}")
            : "";
}
