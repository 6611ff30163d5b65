using System.Security.Cryptography;
using Orchestrator.Gates.Results;
using Orchestrator.Gates.Running;
using Orchestrator.Git;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Caches the results of set-up, so that worktrees with equal lock files can copy them. Only set-up at a run's base, where no agent has
/// worked, fills the cache. No sandbox can write to the cache folder, and a copy shares no files with the cache.
/// </summary>
/// <param name="worktree">The worktree that needs set-up.</param>
public sealed class SetUpCache(Worktree worktree, RunPlanAndSettings files, RunServiceBundle services)
{
    private const int MostKept = 3;
    private static readonly TimeSpan MayBeInUse = TimeSpan.FromHours(1);

    private readonly string _cache = CacheFolder.Of(worktree.Repository, services.Environment);
    private readonly WorktreeFileReaderAndWriter _tree = new(worktree.Path);

    /// <summary>Returns the absolute path of the folder with all cached set-ups of a repository.</summary>
    /// <param name="cache">Absolute path of the repository's cache folder.</param>
    public static string FolderIn(string cache) => Path.Combine(cache, "setup");

    /// <summary>Lists the folders of a repository's cached set-ups, starting with the most recently used one.</summary>
    /// <param name="cache">Absolute path of the repository's cache folder.</param>
    public static IEnumerable<string> In(string cache) =>
        Directory.Exists(FolderIn(cache)) ? Directory.GetDirectories(FolderIn(cache)).OrderByDescending(Directory.GetLastWriteTimeUtc) : [];

    /// <summary>Removes a cached set-up, unless a worktree may be copying it.</summary>
    /// <param name="place">Folder of the cached set-up, as returned by <see cref="In"/>.</param>
    /// <param name="now">The current time.</param>
    /// <returns>True if the cached set-up was removed.</returns>
    public static bool TryRemove(string place, DateTimeOffset now)
    {
        if (!IsUnused(place, now))
        {
            return false;
        }

        // The folder is renamed before it is removed, so that no other process starts to copy it.
        var removed = Path.Combine(Path.GetDirectoryName(place)!, $".old-{Guid.NewGuid():N}");
        try
        {
            Directory.Move(place, removed);
        }
        catch (DirectoryNotFoundException)
        {
            return false; // Another process removed it in the meantime.
        }
        if (!IsUnused(removed, now))
        {
            Directory.Move(removed, place);
            return false;
        }
        FolderRemover.Remove(removed);
        return true;
    }

    /// <summary>Returns the cache folder of a set-up step. The name of the folder is the hash of all inputs of the step.</summary>
    public async Task<string> CacheFolderAsync(SetUpStep step, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var environment = services.Part(all => new GateEnvironment(all.Environment, all.Time));
        var variables = GateVariables.Named(services.Environment, files.Settings.Permissions.SetUp.Environment);
        foreach (var (name, value) in files.Settings.Worktrees.Environment)
        {
            variables[name] = value;
        }
        foreach (var command in step.Commands)
        {
            Add(await environment.HashAsync(new Gate(command), variables, step.Commands, stop));
        }
        foreach (var folder in step.Makes)
        {
            Add(folder);
        }
        foreach (var file in step.Reads)
        {
            Add(file);
            Add(_tree.TryRead(file, int.MaxValue) is { } content ? Convert.ToHexString(SHA256.HashData(content)) : "");
        }
        return Path.Combine(FolderIn(_cache), Convert.ToHexStringLower(hash.GetHashAndReset()));

        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\0"));
    }

    /// <summary>
    /// Copies the cached result of a set-up step into the worktree, unless a folder that the step creates already exists there.
    /// </summary>
    /// <param name="copy">Command line, environment and sandbox of the process that copies.</param>
    /// <returns>True if the result was copied. False if the step has to run.</returns>
    public async Task<bool> TryTakeAsync(string place, SetUpStep step, ChildProcessOptions copy, CancellationToken stop)
    {
        if (
            files.Start.Input.Fresh
            || !step.Makes.All(folder => _tree.CanHaveFile(folder) && !_tree.HasFileOrLink(folder))
            || !TryMarkUsed(place)
        )
        {
            return false;
        }
        var visible = copy.Sandbox is { } sandbox ? sandbox with { Visible = [.. sandbox.Visible, place] } : null;
        foreach (var folder in step.Makes)
        {
            if (!await CopyAsync(Path.Combine(place, folder), Path.Combine(worktree.Path, folder), copy with { Sandbox = visible }, stop))
            {
                foreach (var begun in step.Makes)
                {
                    FolderRemover.Remove(Path.Combine(worktree.Path, begun));
                }
                return false;
            }
        }
        return true;
    }

    /// <summary>
    /// Caches the result of a set-up step, taken from a worktree that contains only the run's base. If caching fails, later worktrees run
    /// the commands again.
    /// </summary>
    public async Task KeepAsync(string place, SetUpStep step, ChildProcessOptions copy, CancellationToken stop)
    {
        if (DiskSpace.Shortage(worktree.Path, files.Settings.DiskReserve, "") is not null)
        {
            return;
        }
        CacheFolder.Open(worktree.Repository, services.Environment);
        using var one = InterProcessFileLock.TryTake(Path.Combine(FolderIn(_cache), ".lock"));
        if (one is null || Directory.Exists(place))
        {
            return;
        }
        var temporary = Path.Combine(FolderIn(_cache), ".new");
        FolderRemover.Remove(temporary);
        foreach (var folder in step.Makes)
        {
            var made = new DirectoryInfo(Path.Combine(worktree.Path, folder));
            var kept = Path.Combine(temporary, folder);
            OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(kept)!);
            if (!made.Exists || made.LinkTarget is not null || !await CopyAsync(made.FullName, kept, copy with { Sandbox = null }, stop))
            {
                FolderRemover.Remove(temporary);
                return;
            }
        }
        Directory.Move(temporary, place);
        TryMarkUsed(place);
        foreach (var old in In(_cache).Skip(MostKept))
        {
            TryRemove(old, services.Time.GetUtcNow());
        }
    }

    private static bool IsUnused(string place, DateTimeOffset now) => now.UtcDateTime - Directory.GetLastWriteTimeUtc(place) > MayBeInUse;

    private bool TryMarkUsed(string place)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(place, services.Time.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (IOException missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    // The copy shares blocks if the file system supports it, but never files, because programs write to them. Only GNU cp has this option,
    // so nothing is cached on other systems.
    private async Task<bool> CopyAsync(string from, string to, ChildProcessOptions copy, CancellationToken stop) =>
        (
            await new ProcessRunner(services.Time).RunAsync(
                copy with
                {
                    FileName = "cp",
                    Arguments = ["-a", "--reflink=auto", "--", from, to],
                },
                stop
            )
        ).Succeeded;
}
