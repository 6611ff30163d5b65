using System.Security.Cryptography;
using Orchestrator.Gates.Results;
using Orchestrator.Gates.Running;
using Orchestrator.Git;

namespace Orchestrator.Runs.Gates;

/// <summary>The results of set-up, kept for worktrees with the same lock files, which get a copy. Only what was made at the base of a run
/// is kept, before any agent worked, in a folder that no sandbox can write; and a copy shares no file with it.</summary>
/// <param name="worktree">The worktree that is set up.</param>
public sealed class KeptSetUps(Worktree worktree, RunFiles files, RunServices services)
{
    private const int MostKept = 3;
    private static readonly TimeSpan MayBeInUse = TimeSpan.FromHours(1);

    private readonly string _cache = CacheFolder.Of(worktree.Repository, services.Environment);
    private readonly WorktreeFiles _tree = new(worktree.Path);

    /// <summary>The folder in which all set-ups of a repository are kept.</summary>
    /// <param name="cache">Its cache folder.</param>
    public static string FolderIn(string cache) => Path.Combine(cache, "setup");

    /// <summary>The kept set-ups of a repository, the last used first.</summary>
    /// <param name="cache">Its cache folder.</param>
    public static IEnumerable<string> In(string cache) =>
        Directory.Exists(FolderIn(cache)) ? Directory.GetDirectories(FolderIn(cache)).OrderByDescending(Directory.GetLastWriteTimeUtc) : [];

    /// <summary>Removes one, unless a worktree may be getting a copy of it.</summary>
    /// <param name="place">One of <see cref="In"/>.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it is gone.</returns>
    public static bool TryRemove(string place, DateTimeOffset now)
    {
        if (!IsUnused(place, now))
        {
            return false;
        }

        // Out of reach first, so that nobody begins to copy it.
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

    /// <summary>The folder in which the result of a set-up step is kept, named by what determines it.</summary>
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

    /// <summary>Copies what is kept into the worktree, where nothing is in the way.</summary>
    /// <param name="copy">A program of the set-up in this worktree: its environment and sandbox.</param>
    /// <returns>False: the step has to run.</returns>
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

    /// <summary>Keeps what a step has made in a worktree with nothing but a run's base in it. Where it can't be kept, later worktrees are
    /// set up by the commands.</summary>
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
        var aside = Path.Combine(FolderIn(_cache), ".new");
        FolderRemover.Remove(aside);
        foreach (var folder in step.Makes)
        {
            var made = new DirectoryInfo(Path.Combine(worktree.Path, folder));
            var kept = Path.Combine(aside, folder);
            OwnFolder.Ensure(Path.GetDirectoryName(kept)!);
            if (!made.Exists || made.LinkTarget is not null || !await CopyAsync(made.FullName, kept, copy with { Sandbox = null }, stop))
            {
                FolderRemover.Remove(aside);
                return;
            }
        }
        Directory.Move(aside, place);
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

    // Blocks are shared where the file system can; files never are, because programs write to them. Only GNU's cp knows the option:
    // elsewhere nothing is kept.
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
