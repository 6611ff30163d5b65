using System.Globalization;
using Orchestrator.Gates.Trees;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Cleaning;

/// <summary>Storage that runs use inside and outside a repository.</summary>
/// <param name="Engine">Size of the embedded engine's file.</param>
/// <param name="Runs">Number of run folders.</param>
/// <param name="RunFolders">Size of the run folders.</param>
/// <param name="HiddenRefs">Number of refs below <c>refs/orchestrator</c>.</param>
/// <param name="Branches">Number of branches of runs.</param>
/// <param name="Worktrees">Number of task worktrees, in use and in the pool.</param>
/// <param name="WorktreeFileAccess">Size of the worktrees of tasks and gates.</param>
/// <param name="GateWorktrees">Number of worktrees for gates.</param>
/// <param name="Cache">Size of the other content of the repository's cache folder.</param>
/// <param name="Unfinished">Size of saved unfinished work of agents.</param>
public sealed record StorageSizes(
    FolderSize Engine,
    int Runs,
    FolderSize RunFolders,
    int HiddenRefs,
    int Branches,
    int Worktrees,
    FolderSize WorktreeFileAccess,
    int GateWorktrees,
    FolderSize Cache,
    FolderSize Unfinished
)
{
    /// <summary>Measures the storage that runs use for a repository.</summary>
    /// <param name="location">Location of the repository.</param>
    /// <param name="repository">Repository at that location, opened.</param>
    /// <param name="prefix">First part of the names of our branches.</param>
    /// <param name="environment">Determines the cache folder.</param>
    internal static async Task<StorageSizes> OfAsync(
        LocalRepositoryPaths location,
        GitRepository repository,
        string prefix,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        var refs = await new RefStore(repository).ListAsync(["refs/orchestrator", $"refs/heads/{prefix}"], stop);
        var store = new WorktreeManager(repository);
        var cache = CacheFolder.Of(repository, environment);
        string[] gates = [.. VerificationWorktreePool.In(cache)];
        var tasks = (await store.ListAsync(stop)).Skip(1).Select(tree => tree.Path).Where(path => store.Find(path) is not null);
        string[] trees = [.. tasks.Except(gates), .. store.ListPooled()];
        var inGates = Sum(gates);
        return new StorageSizes(
            Sum(EngineFiles(location)),
            Directory.Exists(location.RunsFolder) ? Directory.GetDirectories(location.RunsFolder).Length : 0,
            FolderSize.Of(location.RunsFolder),
            refs.Keys.Count(name => name.StartsWith("refs/orchestrator/", StringComparison.Ordinal)),
            refs.Keys.Count(name => name.StartsWith("refs/heads/", StringComparison.Ordinal)),
            trees.Length,
            Sum(trees).With(inGates),
            gates.Length,
            Subtract(FolderSize.Of(cache), inGates),
            FolderSize.Of(UnfinishedWorkStore.FolderOf(repository, ""))
        );
    }

    /// <summary>Formats the sizes as text, with a label and an amount for each part.</summary>
    public IReadOnlyList<(string What, string HowMuch)> Lines() =>
        [
            ("engine file", ByteSizes.Describe(Engine.Bytes)),
            ("run folders", $"{Number(Runs)}, {Plural.Of(RunFolders.Files, "file")}, {ByteSizes.Describe(RunFolders.Bytes)}"),
            ("refs", $"{Number(HiddenRefs)} hidden, {Plural.Of(Branches, "branch")}"),
            (
                "worktrees",
                $"{Number(Worktrees)} for tasks, {Number(GateWorktrees)} for gates, {ByteSizes.Describe(WorktreeFileAccess.Bytes)}"
            ),
            ("cache", ByteSizes.Describe(Cache.Bytes)),
            ("unfinished work", ByteSizes.Describe(Unfinished.Bytes)),
        ];

    private static IEnumerable<string> EngineFiles(LocalRepositoryPaths location) =>
        Directory.Exists(location.OrchestratorFolder) ? Directory.EnumerateFiles(location.OrchestratorFolder, "engine.db*") : [];

    private static FolderSize Sum(IEnumerable<string> paths) =>
        paths.Aggregate(FolderSize.None, (sum, path) => sum.With(FolderSize.Of(path)));

    private static FolderSize Subtract(FolderSize all, FolderSize part) => new(all.Files - part.Files, all.Bytes - part.Bytes);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
