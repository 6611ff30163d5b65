using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Tasks;

/// <summary>A person's conversation and the folder that it was held in, as they were read.</summary>
/// <param name="Id">Id of the conversation.</param>
/// <param name="Head">The commit that is checked out in the folder.</param>
/// <param name="Changes">The files there that differ from it, untracked ones included.</param>
public sealed record AdoptedWork(string Id, string Head, IReadOnlyList<string> Changes)
{
    internal ReadOnlyMemory<byte> Conversation { get; init; }

    /// <summary>All files as they are.</summary>
    internal string Tree { get; init; } = "";

    /// <summary>All files but those of our own folder, which is no work.</summary>
    internal string WorkTree { get; init; } = "";
}

/// <summary>Takes over a conversation that a person began: all of it is read before anything is written, and neither its file nor its
/// folder is changed.</summary>
/// <param name="services">Opens repositories.</param>
public sealed class SessionAdoption(RunServices services)
{
    /// <summary>The largest conversation that is taken over: 256 MB.</summary>
    public const long LargestFile = 256 * 1024 * 1024;

    private const string Own = ".orchestrator";

    /// <summary>Reads the file of a conversation.</summary>
    /// <param name="file">Absolute path.</param>
    /// <exception cref="RefusedException">It is gone, too large, or somebody writes to it.</exception>
    public static ReadOnlyMemory<byte> ReadConversation(string file)
    {
        var content =
            RegularFile.TryRead(file, LargestFile)
            ?? throw new RefusedException(
                $"{file} can't be taken over: it is gone, or larger than {Sizes.Describe(LargestFile)}.",
                "Begin a new task, and say in it what is to be done."
            );
        return new FileInfo(file).Length == content.Length
            ? content
            : throw new RefusedException($"{file} is being written to: somebody works in this conversation.", "End it there first.")
            {
                IsPassing = true,
            };
    }

    /// <summary>Reads the conversation, its folder and the uncommitted work there. Git's objects of that work are stored, which no ref
    /// names yet.</summary>
    /// <param name="location">The work tree that the conversation was held in.</param>
    /// <param name="id">Id of the conversation.</param>
    /// <param name="file">Absolute path of its file.</param>
    /// <exception cref="RefusedException">It can't be taken over.</exception>
    public async Task<AdoptedWork> ReadAsync(RepositoryLocation location, string id, string file, CancellationToken stop)
    {
        var conversation = ReadConversation(file);
        var repository = await services.Repositories.OpenAsync(location.Root);
        if (new WorktreeStore(repository).FindCheckout(location.LinkedWorktree) is not { } checkout)
        {
            throw new RefusedException($"{location.WorkTree} is no work tree any more.", "Its folder has to be there.");
        }
        var status = await WorktreeStatus.ReadAsync(checkout, stop);
        if (status.Operation != UnfinishedOperation.None || status.Branch is null || status.Head is null)
        {
            throw new RefusedException(
                status.Operation != UnfinishedOperation.None
                        ? $"A {status.Operation.ToString().ToLowerInvariant()} is going on in {location.WorkTree}."
                    : status.Head is null ? $"{location.WorkTree} has no commit yet."
                    : $"No branch is checked out in {location.WorkTree}.",
                "Finish that first (git status says how): a task begins at the commit of a branch."
            );
        }
        var files = new WorktreeTree(checkout);
        var (tree, head) = await files.WriteAsync(stop);
        var (work, _) = await files.WriteAsync(stop, environment: null, Own);
        if (head != status.Head)
        {
            throw new RefusedException($"{location.WorkTree} was moved to another commit meanwhile.", "Call it again.")
            {
                IsPassing = true,
            };
        }
        return new AdoptedWork(id, status.Head, [.. status.ChangedFiles(), .. status.UntrackedFiles()])
        {
            Conversation = conversation,
            Tree = tree,
            WorkTree = work,
        };
    }

    /// <summary>Keeps what was read for a task that is about to begin: the uncommitted work under refs, from which its worktree is filled,
    /// the conversation in its folder. Repeated, it does what is missing.</summary>
    /// <param name="location">The work tree.</param>
    /// <param name="run">The run of the task.</param>
    /// <param name="task">Id of the task.</param>
    /// <param name="adopted">What was read.</param>
    /// <returns>The ref with all files byte for byte; null: there was nothing uncommitted.</returns>
    public async Task<string?> KeepAsync(RepositoryLocation location, string run, string task, AdoptedWork adopted, CancellationToken stop)
    {
        var repository = await services.Repositories.OpenAsync(location.Root);
        var folder = new RunFolder(location.Root, run);
        // The folder first: refs of a run that nobody knows would stay for ever.
        new AdoptedConversation(folder, task).Store(adopted.Id, adopted.Conversation);
        var kept = await KeepFilesAsync(repository, folder, task, adopted, stop);
        SavedWork.Note(folder, task, kept, $"what was uncommitted in {location.WorkTree} when the conversation {adopted.Id} was adopted");
        return kept;
    }

    private static async Task<string?> KeepFilesAsync(
        GitRepository repository,
        RunFolder folder,
        string task,
        AdoptedWork adopted,
        CancellationToken stop
    )
    {
        var commits = new CommitStore(repository);
        if ((await commits.ReadAsync(adopted.Head, stop))?.Tree == adopted.Tree)
        {
            return null;
        }
        var refs = new RefStore(repository);
        var trailers = new CommitTrailers(folder.Name, task);
        var (kept, wip) = ($"{RunRefs.Kept(folder, task)}/1", RunRefs.Wip(folder, task));
        var all = await commits.CreateAsync(adopted.Tree, [adopted.Head], $"{task}: as it was adopted", trailers, stop);
        var work = await commits.CreateAsync(adopted.WorkTree, [adopted.Head], $"{task}: unfinished, as it was adopted", trailers, stop);
        var before = await refs.ListAsync([kept, wip], stop);
        if (before.Count == 2)
        {
            return kept; // An earlier call was killed behind this.
        }
        var result = await refs.UpdateAsync([new RefChange(kept, all, null), new RefChange(wip, work, null)], "adopted", stop);
        return result.Done ? kept : throw new GitException($"{kept} or {wip} is there already, of something else.");
    }
}
