using Orchestrator.Git.Sharing;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks.Transfer;

/// <summary>
/// Exchanges agent messages between the hosts of a run through refs on the common remote. Each worker host has a copy of the owner host's
/// message file, and stores outgoing messages until the copy contains them. Each ref has only one writer.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="remote">Name or URL of the remote in this host's settings.</param>
public sealed class GitRemoteMailExchanger(RunServiceBundle services, string remote)
{
    private const string Waiting = "waiting/";

    // Only one exchange per run takes place at a time.
    private readonly KeyedLocks<string, FetchedAndPushedMailRefs> _turns = services.Part(_ => new KeyedLocks<
        string,
        FetchedAndPushedMailRefs
    >(Directory.Exists));

    /// <summary>Message refs of a run that this process has fetched or pushed.</summary>
    private sealed class FetchedAndPushedMailRefs
    {
        /// <summary>Remote commits that were fetched, by ref name.</summary>
        public Dictionary<string, string> Taken { get; } = new(StringComparer.Ordinal);

        /// <summary>The last push of messages to each ref, by ref name.</summary>
        public Dictionary<string, PushedMailRecord> Pushed { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>
    /// The files and the commit of a push of messages. Message files only grow and stored messages never change, so time stamps and sizes
    /// are sufficient to detect changes.
    /// </summary>
    private sealed record PushedMailRecord(Dictionary<string, FileStamp> Files, string Commit)
    {
        public bool IsOf(Dictionary<string, FileStamp> files) =>
            files.Count == Files.Count && files.All(file => Files.TryGetValue(file.Key, out var stamp) && stamp == file.Value);
    }

    /// <summary>
    /// True if there may be messages to exchange, because the run is distributed or this host has only a copy of the run's messages.
    /// </summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="here">The repository on this host.</param>
    public static bool IsNeeded(string runId, RepositoryReference here) =>
        new RunFolder(here.Path, runId) is var folder
        && (Mailbox.IsCopy(folder) || RunStartSettings.TryRead(folder)?.Settings.Hosts.Spread == true);

    /// <summary>
    /// Fetches the messages that worker hosts have pushed, and pushes the run's message file for these hosts. Called on the owner host. A
    /// repeated call accepts no message twice.
    /// </summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="here">The repository on this host.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The reason for the failure, or empty if the exchange succeeded.</returns>
    public Task<string> CollectAsync(string runId, RepositoryReference here, CancellationToken stop) =>
        RunSerializedAsync(
            runId,
            here,
            async at =>
            {
                var (found, problem) = await at.Remote.ListAsync([$"{RunRefNameBuilder.Placed(at.Folder)}/@*"], stop);
                if (problem.Length > 0)
                {
                    return problem;
                }
                var own = RunRefNameBuilder.Mail(at.Folder);
                // A previous owner host may have accepted mail that the run's files do not contain yet.
                if (await FetchMailAsync(at, found, stop) is { Length: > 0 } absent)
                {
                    return absent;
                }
                foreach (var letter in await at.Mail.BeginToTakeAsync(stop))
                {
                    await at.Mail.AcceptAsync(letter, stop);
                }
                var waiting = RunRefNameBuilder.WaitingOfAll(at.Folder);
                foreach (var (name, commit) in found.Where(one => one.Key.StartsWith(waiting, StringComparison.Ordinal) && IsNew(at, one)))
                {
                    var (sent, lost) = await FetchAsync(at, name, stop);
                    if (lost.Length > 0)
                    {
                        return lost;
                    }
                    foreach (var letter in Mailbox.InOrder(sent.Values))
                    {
                        await at.Mail.AcceptAsync(letter, stop);
                    }
                    at.Known.Taken[name] = commit;
                }
                return await PushAsync(at, own, at.Mail.Files(), found.GetValueOrDefault(own), stop);
            },
            stop
        );

    /// <summary>
    /// Fetches the run's message file, and pushes the messages that are waiting on this host. Called on a worker host. A repeated call
    /// sends no message twice.
    /// </summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="here">The repository on this host.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The reason for the failure, or empty if the exchange succeeded.</returns>
    public Task<string> ExchangeAsync(string runId, RepositoryReference here, CancellationToken stop) =>
        RunSerializedAsync(
            runId,
            here,
            async at =>
            {
                var own = RunRefNameBuilder.Waiting(at.Folder, here.Queue);
                var (found, problem) = await at.Remote.ListAsync([RunRefNameBuilder.Mail(at.Folder), own], stop);
                if (problem.Length == 0)
                {
                    problem = await FetchMailAsync(at, found, stop);
                }
                if (problem.Length > 0)
                {
                    return problem;
                }
                at.Mail.RemoveProcessed();
                var waiting = at.Mail.ListWaiting().ToDictionary(file => Waiting + Path.GetFileName(file), StringComparer.Ordinal);
                return await PushAsync(at, own, waiting, found.GetValueOrDefault(own), stop);
            },
            stop
        );

    private async Task<string> RunSerializedAsync(
        string runId,
        RepositoryReference here,
        Func<CrossHostMailExchangeParameters, Task<string>> exchange,
        CancellationToken stop
    )
    {
        var folder = new RunFolder(here.Path, runId);
        using var turn = await _turns.TakeAsync(folder.Path, stop);
        var repository = await services.OpenRepositoryAsync(here.Path);
        return await exchange(
            new CrossHostMailExchangeParameters(
                folder,
                repository,
                new RemoteRefs(repository, remote),
                new Mailbox(folder, services.Time),
                turn.State
            )
        );
    }

    private static bool IsNew(CrossHostMailExchangeParameters at, KeyValuePair<string, string> found) =>
        at.Known.Taken.GetValueOrDefault(found.Key) != found.Value && at.Known.Pushed.GetValueOrDefault(found.Key)?.Commit != found.Value;

    /// <summary>Fetches the files of a ref, and returns them by path. If the files are unavailable, returns the reason.</summary>
    private static async Task<(IReadOnlyDictionary<string, byte[]> Files, string Problem)> FetchAsync(
        CrossHostMailExchangeParameters at,
        string name,
        CancellationToken stop
    )
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var problem = await at.Remote.FetchAsync(new Dictionary<string, string> { [name] = name }, stop);
        if (problem.Length == 0)
        {
            await foreach (var (path, content) in new FolderAsGitTreeStore(at.Repository).ReadAsync(name, stop))
            {
                files[path] = content;
            }
        }
        return (files, problem);
    }

    /// <summary>Fetches the run's message file if the remote has a new version.</summary>
    private static async Task<string> FetchMailAsync(
        CrossHostMailExchangeParameters at,
        IReadOnlyDictionary<string, string> found,
        CancellationToken stop
    )
    {
        var name = RunRefNameBuilder.Mail(at.Folder);
        if (found.GetValueOrDefault(name) is not { } commit || !IsNew(at, KeyValuePair.Create(name, commit)))
        {
            return "";
        }
        var (files, absent) = await FetchAsync(at, name, stop);
        if (absent.Length > 0)
        {
            return absent;
        }
        foreach (var (path, content) in files)
        {
            await at.Mail.ReplaceIfLongerAsync(path, content, stop);
        }
        at.Known.Taken[name] = commit;
        return "";
    }

    /// <summary>Pushes files if they have changed since the last push.</summary>
    private static async Task<string> PushAsync(
        CrossHostMailExchangeParameters at,
        string name,
        IReadOnlyDictionary<string, string> files,
        string? there,
        CancellationToken stop
    )
    {
        if (files.Count == 0)
        {
            return "";
        }
        var stamps = files.ToDictionary(file => file.Key, file => FileStamp.Of(file.Value), StringComparer.Ordinal);
        if (at.Known.Pushed.GetValueOrDefault(name) is { } last && last.Commit == there && last.IsOf(stamps))
        {
            return "";
        }
        var trees = new FolderAsGitTreeStore(at.Repository);
        var tree = await trees.WriteAsync(await trees.StoreAsync(at.Folder.Path, files, new StoredFileCache(), stop), stop);
        var commit = await new GitCommitReaderAndWriter(at.Repository).CreateAsync(tree, [], $"Mail of {at.Folder.Name}", null, stop);
        var pushed = await at.Remote.PushAsync(new Dictionary<string, string> { [name] = commit }, name, there, stop);
        if (pushed.IsDone)
        {
            at.Known.Pushed[name] = new PushedMailRecord(stamps, commit);
        }
        // If another program pushed, the next exchange handles its changes.
        return pushed.IsFenced ? "" : pushed.Message;
    }

    private sealed record CrossHostMailExchangeParameters(
        RunFolder Folder,
        GitRepository Repository,
        RemoteRefs Remote,
        Mailbox Mail,
        FetchedAndPushedMailRefs Known
    );
}
