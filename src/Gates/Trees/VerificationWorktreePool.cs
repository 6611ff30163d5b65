using Orchestrator.Gates.Worktrees;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Trees;

/// <summary>Pool of worktrees in which gates run. Each worktree contains exactly the files of one commit, and only one caller uses it at a
/// time. The worktrees are outside the repository, so that programs that search parent folders don't find the main checkout.</summary>
public sealed class VerificationWorktreePool(GitRepository repository, IReadOnlyDictionary<string, string> environment)
{
    private const int MaxTrees = 64;

    private readonly string _folder = CacheFolder.Of(repository, environment);

    /// <summary>Takes a free worktree from the pool and checks out the commit.</summary>
    /// <param name="isMerge">True to search from the last tree in the folder, false to search from the first. Successive merges differ in
    /// few files, so they reuse the same tree.</param>
    public async Task<VerificationWorktree> AcquireTreeAsync(string commit, bool isMerge, CancellationToken stop)
    {
        CacheFolder.Open(repository, environment);
        while (true)
        {
            var made = isMerge ? Enumerable.Range(1, MaxTrees).TakeWhile(number => Directory.Exists(PathOf(number))).Count() : 0;
            foreach (var number in Enumerable.Range(1, made).Reverse().Concat(Enumerable.Range(made + 1, MaxTrees - made)))
            {
                if (TryLock(PathOf(number)) is not { } taken)
                {
                    continue;
                }
                try
                {
                    var worktrees = new WorktreeManager(repository);
                    var (worktree, baseline) =
                        await TryCheckOutAsync(worktrees, taken.Path, commit, stop) ?? await MakeAsync(worktrees, taken.Path, commit, stop);
                    var claims = WorktreePortAndFolderAssigner.Of(environment);
                    return new VerificationWorktree(
                        worktree,
                        baseline,
                        claims,
                        await claims.ClaimAsync(worktree.Path, WorktreePurpose.Fresh, stop),
                        taken.Lock
                    );
                }
                catch
                {
                    taken.Lock.Dispose();
                    throw;
                }
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), stop);
        }
    }

    /// <summary>
    /// Checks out a commit in an existing worktree, or returns null if the worktree no longer exists. Removes a worktree that can't be
    /// cleaned, for example because a container left files owned by root. Also removes a worktree that a program running in it has
    /// replaced.
    /// </summary>
    private static async Task<(Worktree, WorktreeRestorer)?> TryCheckOutAsync(
        WorktreeManager worktrees,
        string path,
        string commit,
        CancellationToken stop
    )
    {
        if (worktrees.Find(path) is not { } worktree)
        {
            return null;
        }
        try
        {
            return (worktree, await WorktreeRestorer.CheckOutAsync(worktree, commit, IndexOf(path), stop));
        }
        catch (GitException refusal) when (refusal.IsRefusal || refusal is WorktreeReplacedException)
        {
            await worktrees.RemoveAsync(path, stop);
            return null;
        }
    }

    private static async Task<(Worktree, WorktreeRestorer)> MakeAsync(
        WorktreeManager worktrees,
        string path,
        string commit,
        CancellationToken stop
    )
    {
        var worktree = await worktrees.EnsureAsync(
            new WorktreeRequest(path, commit) { IsOwnPlace = true, LockReason = "gates run here (orchestrate)" },
            stop
        );
        return (worktree, WorktreeRestorer.Of(worktree, commit, IndexOf(path)));
    }

    /// <summary>Enumerates the paths of the pool's existing worktrees in order.</summary>
    /// <param name="folder">The repository's <see cref="CacheFolder"/>.</param>
    public static IEnumerable<string> In(string folder) =>
        Enumerable.Range(1, MaxTrees).Select(n => PathIn(folder, n)).Where(Directory.Exists);

    /// <summary>
    /// Returns the path of the lock file for a worktree. The process that holds the lock has exclusive use of the worktree.
    /// </summary>
    public static string LockOf(string path) => path + ".lock";

    /// <summary>Returns the path of the git index file for a worktree. Programs that run in the worktree can't access this file.</summary>
    internal static string IndexOf(string path) => path + ".index";

    private string PathOf(int number) => PathIn(_folder, number);

    private static string PathIn(string folder, int number) =>
        Path.Combine(folder, $"verify-{number.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>
    /// Tries to lock the worktree, and returns null if the worktree is already locked. The operating system releases the lock when the
    /// process that holds the lock ends.
    /// </summary>
    private static (string Path, InterProcessFileLock Lock)? TryLock(string path) =>
        InterProcessFileLock.TryTake(LockOf(path)) is { } taken ? (path, taken) : null;
}

/// <summary>Verification worktree in use by one caller.</summary>
public sealed class VerificationWorktree(
    Worktree worktree,
    WorktreeRestorer baseline,
    WorktreePortAndFolderAssigner claims,
    WorktreePortsAndFolders resources,
    InterProcessFileLock held
) : IAsyncDisposable
{
    public Worktree Worktree { get; } = worktree;

    /// <summary>Recorded state of the worktree, used to restore the worktree to its commit.</summary>
    public WorktreeRestorer Baseline { get; private set; } = baseline;

    /// <summary>Absolute path of a folder next to the worktree. Output files of gates are temporarily moved to it.</summary>
    public string StashFolder => Worktree.Path + ".aside";

    /// <summary>Checks out the commit again and removes all other files, including those that the set-up created.</summary>
    /// <exception cref="GitException">git refuses, or the worktree was replaced.</exception>
    public async Task CheckOutAgainAsync(string commit, CancellationToken stop) =>
        Baseline = await WorktreeRestorer.CheckOutAsync(Worktree, commit, VerificationWorktreePool.IndexOf(Worktree.Path), stop);

    /// <summary>Ports, temporary folder and name reserved while the worktree is in use.</summary>
    public WorktreePortsAndFolders Resources { get; } = resources;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await claims.ReleaseAsync(Worktree.Path);
        }
        finally
        {
            held.Dispose();
        }
    }
}
