using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;
using Orchestrator.Runs.Tasks.Transfer;

namespace Orchestrator.Runs.Merging;

/// <summary>
/// Lets another host run the gates of a merge. No branch contains the merge yet, so the owner host pushes it under a separate ref, with the
/// run's files that the gates need. The other host only reports a verdict, and the owner host alone moves staging.
/// </summary>
/// <param name="services">Services of this host.</param>
/// <param name="remote">As in <see cref="GitRemoteTaskStateExchanger"/>.</param>
/// <param name="caller">Returns the state of the requesting execution.</param>
public sealed class OtherHostMergeGateRunner(RunServiceBundle services, string? remote, GetCallerState caller)
{
    private const string ListFile = ".shared-merge";

    /// <summary>Pushes a merge to the remote. Called on the owner host. A repeated call pushes the merge again.</summary>
    /// <param name="input">The merge and its gates.</param>
    /// <param name="stop">Cancels git.</param>
    /// <exception cref="RunStepFailedException">The merge can't be pushed.</exception>
    public async Task ShareAsync(VerifyMergeBatchInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var name = RunRefNameBuilder.Merge(files.Folder, input.Commit);
        var refs = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = input.Commit };
        var outgoing = await new ShareableRunFileCollector().BeginAsync(repository, files.Folder, refs, IsWanted, stop);
        var list = Path.Combine(OrchestratorFolderCreator.Ensure(files.Folder.Task(input.Requests[^1].TaskId)), ListFile);
        var tree = await outgoing.WriteAsync(list, stop);
        File.Delete(list);
        var trailers = new CommitTrailers(files.Folder.Name);
        var message = $"{files.Folder.Name}, a merge of {services.Host}";
        var commit = await new GitCommitReaderAndWriter(repository).CreateAsync(tree, [input.Commit], message, trailers, stop);
        var shared = new RemoteRefs(repository, Remote(input));
        var (found, problem) = await shared.ListAsync([name], stop);
        var pushed =
            problem.Length > 0
                ? new PushOutcome(IsDone: false, IsFenced: false, problem)
                : await shared.PushAsync(
                    new Dictionary<string, string>(StringComparer.Ordinal) { [name] = commit },
                    name,
                    found.GetValueOrDefault(name),
                    stop
                );
        if (!pushed.IsDone)
        {
            throw NotShared($"The merge {CommitIdFormatter.Shorten(input.Commit)} was not pushed: {pushed.Message}");
        }
    }

    /// <summary>
    /// Removes a pushed merge from the remote. Called on the owner host. If the removal fails, the ref is removed later, together with the
    /// run.
    /// </summary>
    /// <param name="input">The merge and its gates.</param>
    /// <param name="stop">Cancels git.</param>
    public async Task WithdrawAsync(VerifyMergeBatchInput input, CancellationToken stop)
    {
        var repository = await services.OpenRepositoryAsync(input.Repository.Path);
        var shared = new RemoteRefs(repository, Remote(input));
        var name = RunRefNameBuilder.Merge(new RunFolder(input.Repository.Path, input.RunId), input.Commit);
        if (await shared.ListAsync([name], stop) is ({ Count: > 0 } found, _))
        {
            await shared.RemoveAsync(found, stop);
        }
    }

    /// <summary>Runs the gates of a merge on this host.</summary>
    /// <param name="input">The merge and its gates.</param>
    /// <param name="isHome">True on the owner host, which has the merge.</param>
    /// <param name="stop">Stops the running gate.</param>
    /// <returns>The verdict, with the tree to which it applies.</returns>
    /// <exception cref="RunStepFailedException">The merge can't be fetched.</exception>
    public async Task<MergeResult> GateAsync(VerifyMergeBatchInput input, bool isHome, CancellationToken stop)
    {
        var repository = await services.OpenRepositoryAsync(input.Repository.Path);
        var folder = new RunFolder(input.Repository.Path, input.RunId);
        var (name, refs) = (RunRefNameBuilder.Merge(folder, input.Commit), new RefStore(repository));
        if (!isHome)
        {
            var problem = await new RemoteRefs(repository, Remote(input)).FetchAsync(
                new Dictionary<string, string>(StringComparer.Ordinal) { [name] = name },
                stop
            );
            if (problem.Length > 0)
            {
                throw NotShared($"The merge {CommitIdFormatter.Shorten(input.Commit)} can't be fetched: {problem}");
            }
            await ShareableRunFileCollector.ExtractAsync(repository, folder, name, IsWanted, stop);
            if (RunStartSettings.TryRead(folder) is { } start)
            {
                await GitConfigurationCopyStore.StandInAsync(repository, folder, start.GitConfiguration, services.Environment, stop);
            }
        }
        try
        {
            var result = await new MergeQueueBatchMerger(services, caller).GateAsync(input, stop);
            var note = isHome ? "" : $"gates ran on {services.Host}";
            return result with
            {
                Tree = (await new GitCommitReaderAndWriter(repository).ReadAsync(input.Commit, stop))?.Tree,
                Message = string.Join("; ", new[] { result.Message, note }.Where(text => text.Length > 0)),
            };
        }
        finally
        {
            if (!isHome && await refs.ReadAsync(name, CancellationToken.None) is { } known)
            {
                await refs.UpdateAsync([new RefChange(name, null, known)], "gates ended", CancellationToken.None);
            }
        }
    }

    /// <summary>
    /// True if the gates need the given file, which may belong to the plan, the preflight results or the lists of conflicting tasks. The
    /// run's status is included, because the host's cleanup uses it to find the run.
    /// </summary>
    private static bool IsWanted(string path) =>
        path.Split('/') is ["plan" or "preflight" or "status.json", ..] or ["tasks", _, Tasks.ConflictingTaskStore.FileName];

    private string Remote(VerifyMergeBatchInput input) =>
        remote ?? throw NotShared($"wip.remote is not set in {input.Repository.Path}, so merges of {input.RunId} are not shared.");

    private static RunStepFailedException NotShared(string why) => new(why, "NotShared") { IsFinal = false };
}
