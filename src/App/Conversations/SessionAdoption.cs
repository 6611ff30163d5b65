using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.App.Conversations;

/// <summary>
/// A snapshot of a user's conversation with an agent, and of the uncommitted work in the folder where the conversation took place.
/// </summary>
/// <param name="Id">Id of the conversation.</param>
/// <param name="Head">Commit that is checked out in the folder.</param>
/// <param name="Changes">Paths of the changed files in the folder, including untracked files.</param>
public sealed record AdoptedSession(string Id, string Head, IReadOnlyList<string> Changes)
{
    /// <summary>Content of the conversation's file.</summary>
    internal ReadOnlyMemory<byte> Conversation { get; init; }

    /// <summary>Hash of the git tree with all current files.</summary>
    internal string Tree { get; init; } = "";

    /// <summary>Hash of the git tree with all current files except those in the <c>.orchestrator</c> folder.</summary>
    internal string WorkTree { get; init; } = "";
}

/// <summary>
/// Adopts a conversation that a user started, so that an agent can continue it. Everything is read before anything is written. The original
/// file and folder are never changed.
/// </summary>
/// <param name="context">Provides the services of this machine.</param>
public sealed class SessionAdoption(UseCaseServiceBundle context)
{
    private readonly RunServiceBundle _services = context.Services;

    /// <summary>Maximum size of an adopted conversation in bytes (256 MB).</summary>
    private const long LargestFile = 256 * 1024 * 1024;

    private const string Own = ".orchestrator";

    /// <summary>Reads a conversation file.</summary>
    /// <param name="file">Absolute path of the file.</param>
    /// <exception cref="UserRequestRefusedException">The file is missing, too large, or being written.</exception>
    private static ReadOnlyMemory<byte> ReadConversation(string file)
    {
        var content =
            RegularFileReader.TryRead(file, LargestFile)
            ?? throw new UserRequestRefusedException(
                $"{file} can't be adopted, because it is missing or larger than {ByteSizes.Describe(LargestFile)}.",
                "Start a new task with a description of the work."
            );
        return new FileInfo(file).Length == content.Length
            ? content
            : throw new UserRequestRefusedException(
                $"Another process is writing to {file}, so the conversation is in " + "use.",
                "First end the process that is using the conversation."
            )
            {
                IsPassing = true,
            };
    }

    /// <summary>Stores a conversation so that a task's next attempt continues it.</summary>
    /// <param name="session">Id of the conversation.</param>
    /// <param name="file">Absolute path of the conversation's file.</param>
    /// <param name="repository">Repository of the run.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="task">Id of the task.</param>
    /// <exception cref="UserRequestRefusedException">The file is missing, too large, or being written.</exception>
    public static void Store(string session, string file, LocalRepositoryPaths repository, string runId, string task) =>
        new AdoptedConversation(new RunFolder(repository.Root, runId), task).Store(session, ReadConversation(file));

    /// <summary>
    /// Reads the conversation, its folder and the uncommitted work in the folder. The work is stored as git objects without a ref.
    /// </summary>
    /// <param name="location">The work tree in which the user had the conversation.</param>
    /// <param name="id">Id of the conversation.</param>
    /// <param name="file">Absolute path of the conversation's file.</param>
    /// <exception cref="UserRequestRefusedException">The conversation cannot be adopted.</exception>
    public async Task<AdoptedSession> ReadAsync(LocalRepositoryPaths location, string id, string file, CancellationToken stop)
    {
        var conversation = ReadConversation(file);
        var repository = await _services.Repositories.OpenAsync(location.Root);
        if (new WorktreeManager(repository).FindCheckout(location.LinkedWorktree) is not { } checkout)
        {
            throw new UserRequestRefusedException(
                $"{location.WorkTree} is no longer a working tree.",
                "Restore the folder of the conversation first."
            );
        }
        var status = await WorktreeStatus.ReadAsync(checkout, stop);
        if (status.Operation != UnfinishedGitOperation.None || status.Branch is null || status.Head is null)
        {
            throw new UserRequestRefusedException(
                status.Operation != UnfinishedGitOperation.None
                        ? $"A {status.Operation.ToString().ToLowerInvariant()} is in progress in {location.WorkTree}."
                    : status.Head is null ? $"{location.WorkTree} has no commits yet."
                    : $"No branch is checked out in {location.WorkTree}.",
                "Resolve this first (git status shows how), because a task starts from the commit of a branch."
            );
        }
        var files = new WorktreeGitTreeWriter(checkout);
        var (tree, head) = await files.WriteAsync(stop);
        var (work, _) = await files.WriteAsync(stop, environment: null, Own);
        if (head != status.Head)
        {
            throw new UserRequestRefusedException(
                $"{location.WorkTree} was moved to another commit in the meantime.",
                "Run the command again."
            )
            {
                IsPassing = true,
            };
        }
        return new AdoptedSession(id, status.Head, [.. status.ChangedFiles(), .. status.UntrackedFiles()])
        {
            Conversation = conversation,
            Tree = tree,
            WorkTree = work,
        };
    }

    /// <summary>
    /// Stores the snapshot of a user's conversation for a task that is about to start. The uncommitted work is kept under refs, and later
    /// restored in the task's worktree. The conversation is copied to the task's folder. A repeated call completes missing parts.
    /// </summary>
    /// <param name="location">The work tree.</param>
    /// <param name="run">Id of the task's run.</param>
    /// <param name="task">Id of the task.</param>
    /// <param name="adopted">The snapshot.</param>
    /// <returns>Name of the ref that keeps all files unchanged, or null if there was no uncommitted work.</returns>
    public async Task<string?> KeepAsync(
        LocalRepositoryPaths location,
        string run,
        string task,
        AdoptedSession adopted,
        CancellationToken stop
    )
    {
        var repository = await _services.Repositories.OpenAsync(location.Root);
        var folder = new RunFolder(location.Root, run);
        // The folder is created first, because refs of an unknown run would never be removed.
        new AdoptedConversation(folder, task).Store(adopted.Id, adopted.Conversation);
        var kept = await KeepFilesAsync(repository, folder, task, adopted, stop);
        RetainedWorkLocationRecorder.Note(
            folder,
            task,
            kept,
            $"uncommitted changes in {location.WorkTree} when the conversation {adopted.Id} was adopted"
        );
        return kept;
    }

    private static async Task<string?> KeepFilesAsync(
        GitRepository repository,
        RunFolder folder,
        string task,
        AdoptedSession adopted,
        CancellationToken stop
    )
    {
        var commits = new GitCommitReaderAndWriter(repository);
        if ((await commits.ReadAsync(adopted.Head, stop))?.Tree == adopted.Tree)
        {
            return null;
        }
        var refs = new RefStore(repository);
        var trailers = new CommitTrailers(folder.Name, task);
        var (kept, wip) = ($"{RunRefNameBuilder.Kept(folder, task)}/1", RunRefNameBuilder.Wip(folder, task));
        var all = await commits.CreateAsync(adopted.Tree, [adopted.Head], $"{task}: as it was adopted", trailers, stop);
        var work = await commits.CreateAsync(adopted.WorkTree, [adopted.Head], $"{task}: unfinished, as it was adopted", trailers, stop);
        var before = await refs.ListAsync([kept, wip], stop);
        if (before.Count == 2)
        {
            return kept; // An earlier call was killed after it had stored this.
        }
        var result = await refs.UpdateAsync([new RefChange(kept, all, null), new RefChange(wip, work, null)], "adopted", stop);
        return result.Done ? kept : throw new GitException($"{kept} or {wip} already exists with different content.");
    }
}
