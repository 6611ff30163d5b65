using System.Security.Cryptography;
using Orchestrator.Gates.Results;
using Orchestrator.Gates.Running;
using Orchestrator.Git;

namespace Orchestrator.Runs.Gates;

/// <summary>Caches results of set-up for worktrees with equal lock files, which receive copies. Only results made at a run's base, before
/// any agent worked, are kept. They are in a folder that no sandbox can write to, and copies share no files with them.</summary>
/// <param name="worktree">The worktree to set up.</param>
public sealed class SetUpCache(Worktree worktree, RunFiles files, RunServices services)
{
    private const int MostKept = 3;
    private static readonly TimeSpan MayBeInUse = TimeSpan.FromHours(1);

    private readonly string _cache = CacheFolder.Of(worktree.Repository, services.Environment);
    private readonly WorktreeFiles _tree = new(worktree.Path);

    /// <summary>Returns the folder of all cached set-ups of a repository.</summary>
    /// <param name="cache">Cache folder of the repository.</param>
    public static string FolderIn(string cache) => Path.Combine(cache, "setup");

    /// <summary>Lists the cached set-ups of a repository, the most recently used first.</summary>
    /// <param name="cache">Cache folder of the repository.</param>
    public static IEnumerable<string> In(string cache) =>
        Directory.Exists(FolderIn(cache)) ? Directory.GetDirectories(FolderIn(cache)).OrderByDescending(Directory.GetLastWriteTimeUtc) : [];

    /// <summary>Removes a cached set-up, unless a worktree may be copying it now.</summary>
    /// <param name="place">Folder of the set-up, from <see cref="In"/>.</param>
    /// <param name="now">The current time.</param>
    /// <returns>True if it was removed.</returns>
    public static bool TryRemove(string place, DateTimeOffset now)
    {
        if (!IsUnused(place, now))
        {
            return false;
        }

        // Moved first, so that no other process starts to copy it.
        var removed = Path.Combine(Path.GetDirectoryName(place)!, $".old-{Guid.NewGuid():N}");
        try
        {
            Directory.Move(place, removed);
        }
        catch (DirectoryNotFoundException)
        {
            return false; // Removed by another process since it was listed.
        }
        if (!IsUnused(removed, now))
        {
            Directory.Move(removed, place);
            return false;
        }
        FolderRemover.Remove(removed);
        return true;
    }

    /// <summary>Returns the cache folder of a set-up step, named by the hash of everything that determines its result.</summary>
    public async Task<string> PlaceAsync(SetUpStep step, CancellationToken stop)
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

    /// <summary>Copies a cached result into the worktree, if nothing is in the way.</summary>
    /// <param name="copy">Template for the copying process, with the environment and sandbox of this worktree's set-up.</param>
    /// <returns>False if the step has to run.</returns>
    public async Task<bool> TryTakeAsync(string place, SetUpStep step, ProcessCommand copy, CancellationToken stop)
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

    /// <summary>Caches the result of a step in a worktree that contains only the run's base. If it cannot be cached, later worktrees run
    /// the commands.</summary>
    public async Task KeepAsync(string place, SetUpStep step, ProcessCommand copy, CancellationToken stop)
    {
        if (DiskSpace.Shortage(worktree.Path, files.Settings.DiskReserve, "") is not null)
        {
            return;
        }
        CacheFolder.Open(worktree.Repository, services.Environment);
        using var one = LockFile.TryTake(Path.Combine(FolderIn(_cache), ".lock"));
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
            OwnFolder.Ensure(Path.GetDirectoryName(kept)!);
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

    // File systems that support it share blocks. Files are never shared, because programs write to them. Only GNU cp has this option, so
    // elsewhere nothing is cached.
    private async Task<bool> CopyAsync(string from, string to, ProcessCommand copy, CancellationToken stop) =>
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
