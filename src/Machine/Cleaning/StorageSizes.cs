using System.Globalization;
using Orchestrator.Gates.Trees;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.Plans;

namespace Orchestrator.Machine.Cleaning;

/// <summary>Storage that runs use in a repository and beside it.</summary>
/// <param name="Engine">The embedded engine's file.</param>
/// <param name="Runs">Number of run folders.</param>
/// <param name="RunFolders">What is in them.</param>
/// <param name="HiddenRefs">Refs below <c>refs/orchestrator</c>.</param>
/// <param name="Branches">Branches of runs.</param>
/// <param name="Worktrees">Number of worktrees of tasks, in use and in the pool.</param>
/// <param name="WorktreeFiles">What is in them and in those of gates.</param>
/// <param name="GateWorktrees">Number of worktrees in which gates run.</param>
/// <param name="Cache">Other content of the repository's cache folder.</param>
/// <param name="Unfinished">Saved work in progress of agents.</param>
public sealed record StorageSizes(
    FolderSize Engine,
    int Runs,
    FolderSize RunFolders,
    int HiddenRefs,
    int Branches,
    int Worktrees,
    FolderSize WorktreeFiles,
    int GateWorktrees,
    FolderSize Cache,
    FolderSize Unfinished
)
{
    /// <summary>Measures it.</summary>
    /// <param name="location">Where the repository is.</param>
    /// <param name="repository">The same, opened.</param>
    /// <param name="prefix">First part of the names of our branches.</param>
    /// <param name="environment">Determines the cache folder.</param>
    internal static async Task<StorageSizes> OfAsync(
        RepositoryLocation location,
        GitRepository repository,
        string prefix,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        var refs = await new RefStore(repository).ListAsync(["refs/orchestrator", $"refs/heads/{prefix}"], stop);
        var store = new WorktreeStore(repository);
        var cache = CacheFolder.Of(repository, environment);
        string[] gates = [.. VerificationTrees.In(cache)];
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
            Beside(FolderSize.Of(cache), inGates),
            FolderSize.Of(UnfinishedWork.FolderOf(repository, ""))
        );
    }

    /// <summary>The sizes as text, by part: what it is, and how much.</summary>
    public IReadOnlyList<(string What, string HowMuch)> Lines() =>
        [
            ("engine file", Sizes.Describe(Engine.Bytes)),
            ("run folders", $"{Number(Runs)}, {Plural.Of(RunFolders.Files, "file")}, {Sizes.Describe(RunFolders.Bytes)}"),
            ("refs", $"{Number(HiddenRefs)} hidden, {Plural.Of(Branches, "branch")}"),
            ("worktrees", $"{Number(Worktrees)} of tasks, {Number(GateWorktrees)} of gates, {Sizes.Describe(WorktreeFiles.Bytes)}"),
            ("cache", Sizes.Describe(Cache.Bytes)),
            ("unfinished work", Sizes.Describe(Unfinished.Bytes)),
        ];

    private static IEnumerable<string> EngineFiles(RepositoryLocation location) =>
        Directory.Exists(location.OrchestratorFolder) ? Directory.EnumerateFiles(location.OrchestratorFolder, "engine.db*") : [];

    private static FolderSize Sum(IEnumerable<string> paths) =>
        paths.Aggregate(FolderSize.None, (sum, path) => sum.With(FolderSize.Of(path)));

    private static FolderSize Beside(FolderSize all, FolderSize part) => new(all.Files - part.Files, all.Bytes - part.Bytes);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
