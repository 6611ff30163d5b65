namespace Orchestrator.Processes;

/// <summary>A mount of a sandbox.</summary>
/// <param name="Path">Absolute path inside, without links.</param>
/// <param name="Rank">Order among mounts of the same path. The last one takes effect.</param>
/// <param name="Words">Arguments for bubblewrap.</param>
internal sealed record SandboxMount(string Path, int Rank, IReadOnlyList<string> Words);

/// <summary>Converts the path lists of a sandbox to mounts.</summary>
internal static class SandboxMounts
{
    private const string DeviceFolder = "/dev/";

    /// <summary>Returns the mounts of a sandbox in order. Outer mounts come first, so that inner mounts cover them.</summary>
    public static IReadOnlyList<SandboxMount> Of(Sandbox sandbox)
    {
        var open = sandbox.Writable.Select(Existing).OfType<ResolvedSymlinkPath>().ToList();
        var shown = SystemFolders.Shown.Concat(sandbox.Visible).Select(Existing).OfType<ResolvedSymlinkPath>().ToList();
        var temporary = SystemFolders.Temporary.Select(RealOf).ToHashSet(StringComparer.Ordinal);
        string[] empty = [.. temporary, .. sandbox.Empty.Concat(sandbox.Closed).Select(RealOf), .. SystemFolders.ClosedFolders];
        var substitutes = sandbox.Substitutes.Concat(sandbox.Overlays?.Views ?? []).ToList();

        // A mount costs 0.1 ms, and more with each existing mount. A path inside another path of the same kind therefore gets no mount.
        HashSet<string> wide = [.. shown.Concat(open).Select(path => path.Real)];
        HashSet<string> narrow = [.. empty, .. substitutes.Select(other => RealOf(other.Path))];
        var links = shown
            .Concat(open)
            .SelectMany(path => path.Links)
            .Concat(
                SystemFolders
                    .Temporary.Concat(sandbox.Empty)
                    .Concat(sandbox.Closed)
                    .Concat(substitutes.Select(other => other.Path))
                    .SelectMany(path => ResolvedSymlinkPath.Follow(path)?.Links ?? [])
            )
            .Distinct()
            .Where(link => !IsCovered(Path.GetDirectoryName(link.Path)!, wide, narrow, orIsIt: true));
        return
        [
            .. (
                (IEnumerable<SandboxMount>)
                    [
                        .. empty.Select(path => new SandboxMount(
                            path,
                            0,
                            ["--perms", temporary.Contains(path) ? "1777" : "0700", "--tmpfs", path]
                        )),
                        .. links.Select(link => new SandboxMount(link.Path, 1, ["--symlink", link.Target, link.Path])),
                        .. shown
                            .Select(path => path.Real)
                            .Where(path => !IsCovered(path, wide, narrow, orIsIt: false))
                            .Select(path => Bound("--ro-bind", path, 2)),
                        .. substitutes.Select(other => Put(other)),
                        .. open.Select(path =>
                            Bound(path.Real.StartsWith(DeviceFolder, StringComparison.Ordinal) ? "--dev-bind" : "--bind", path.Real, 3)
                        ),
                        .. sandbox.ReadOnly.Select(Existing).OfType<ResolvedSymlinkPath>().Select(path => Bound("--ro-bind", path.Real, 4)),
                        .. SystemFolders
                            .ClosedFiles.Concat(sandbox.Masked)
                            .Select(Existing)
                            .OfType<ResolvedSymlinkPath>()
                            .Select(path => new SandboxMount(path.Real, 5, ["--ro-bind", "/dev/null", path.Real])),
                    ]
            )
                .DistinctBy(mount => (mount.Path, mount.Rank))
                .OrderBy(mount => mount.Path, StringComparer.Ordinal)
                .ThenBy(mount => mount.Rank),
        ];
    }

    /// <summary>
    /// Returns the bubblewrap arguments that come after all mounts. They make the folders returned by <see cref="Closed"/> reject new
    /// files.
    /// </summary>
    public static IEnumerable<string> Closing(Sandbox sandbox) => Closed(sandbox).SelectMany(path => (string[])["--remount-ro", path]);

    /// <summary>Returns the absolute paths of the folders that reject new files.</summary>
    public static IEnumerable<string> Closed(Sandbox sandbox) =>
        sandbox.Closed.Select(RealOf).Except(sandbox.Writable.Concat(sandbox.Visible).Select(RealOf)).Append("/");

    private static ResolvedSymlinkPath? Existing(string path) =>
        ResolvedSymlinkPath.Follow(path) is { } found && Path.Exists(found.Real) ? found : null;

    private static string RealOf(string path) => ResolvedSymlinkPath.Follow(path)?.Real ?? path;

    // True inside a mount without an emptied or replaced folder in between.
    private static bool IsCovered(string path, HashSet<string> wide, HashSet<string> narrow, bool orIsIt)
    {
        for (var at = orIsIt ? path : Path.GetDirectoryName(path); at is not null; at = Path.GetDirectoryName(at))
        {
            if (wide.Contains(at))
            {
                return true;
            }
            if (narrow.Contains(at))
            {
                return false;
            }
        }
        return false;
    }

    private static SandboxMount Bound(string how, string path, int rank) => new(path, rank, [how, path, path]);

    private static SandboxMount Put(SandboxBindMount other)
    {
        var path = RealOf(other.Path);
        return new SandboxMount(path, 3, [other.IsWritable ? "--bind" : "--ro-bind", other.Source, path]);
    }
}
