using System.Security.Cryptography;

namespace Orchestrator.Runs.Gates;

/// <summary>What set-up made, kept for worktrees with the same lock files, which get a copy. Only what was made at the base of a run is
/// kept, before any agent worked, in a folder that no sandbox can write; and a copy shares no file with it.</summary>
/// <param name="worktree">The worktree that is set up.</param>
internal sealed class KeptSetUps(Worktree worktree, RunFiles files, RunServices services)
{
    private const int MostKept = 3;
    private static readonly TimeSpan MayBeInUse = TimeSpan.FromHours(1);

    private readonly string _all = Path.Combine(CacheFolder.Of(worktree.Repository, services.Environment), "setup");
    private readonly WorktreeFiles _tree = new(worktree.Path);

    /// <summary>Where what a step makes is kept: named by what determines it.</summary>
    public async Task<string> PlaceAsync(SetUpStep step, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var surroundings = services.Part(all => new GateSurroundings(all.Environment, all.Time));
        foreach (var command in step.Commands)
        {
            Add(await surroundings.HashAsync(new Gate(command), files.Settings.Worktrees.Environment, step.Commands, stop));
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
        return Path.Combine(_all, Convert.ToHexStringLower(hash.GetHashAndReset()));

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
        var visible =
            copy.Sandbox is { } sandbox && Sandbox.IsPrivate(place) ? sandbox with { Visible = [.. sandbox.Visible, place] } : copy.Sandbox;
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
        using var one = LockFile.TryTake(Path.Combine(_all, ".lock"));
        if (one is null || Directory.Exists(place))
        {
            return;
        }
        var aside = Path.Combine(_all, ".new");
        FolderRemover.Remove(aside);
        foreach (var folder in step.Makes)
        {
            var made = new DirectoryInfo(Path.Combine(worktree.Path, folder));
            var kept = Path.Combine(aside, folder);
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            if (!made.Exists || made.LinkTarget is not null || !await CopyAsync(made.FullName, kept, copy with { Sandbox = null }, stop))
            {
                FolderRemover.Remove(aside);
                return;
            }
        }
        Directory.Move(aside, place);
        TryMarkUsed(place);
        foreach (var old in Directory.GetDirectories(_all).OrderByDescending(Directory.GetLastWriteTimeUtc).Skip(MostKept).Where(IsUnused))
        {
            // Out of reach first, so that nobody begins to copy it.
            var removed = Path.Combine(_all, $".old-{Guid.NewGuid():N}");
            Directory.Move(old, removed);
            if (IsUnused(removed))
            {
                FolderRemover.Remove(removed);
            }
            else
            {
                Directory.Move(removed, old);
            }
        }
    }

    private bool IsUnused(string place) => services.Time.GetUtcNow().UtcDateTime - Directory.GetLastWriteTimeUtc(place) > MayBeInUse;

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
