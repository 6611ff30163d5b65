namespace Orchestrator.Packages;

/// <summary>A folder of downloads of a package manager, on this machine.</summary>
/// <param name="Path">Its absolute path; it may be missing.</param>
/// <param name="Variable">The variable that names another folder in place of it; null: none does.</param>
public sealed record DownloadFolder(string Path, string? Variable);

/// <summary>Finds the folders of downloads of the package managers in PATH.</summary>
public static class DownloadFolders
{
    private static readonly (string Folder, string Variable)[] s_homes =
    [
        (".cache/", "XDG_CACHE_HOME"),
        (".local/share/", "XDG_DATA_HOME"),
    ];

    /// <summary>The folders, as the variables and the home place them.</summary>
    /// <param name="environment">The variables of the programs.</param>
    public static IReadOnlyList<DownloadFolder> Of(IReadOnlyDictionary<string, string> environment)
    {
        var path = environment.GetValueOrDefault("PATH");
        return
        [
            .. Ecosystems
                .Managers.Where(manager => manager.Programs.Any(program => ProgramLocator.Find(program, path) is not null))
                .SelectMany(manager => manager.Caches)
                .Select(cache => new DownloadFolder(PathOf(cache, environment), cache.Variable))
                .Where(cache => Path.IsPathRooted(cache.Path))
                .DistinctBy(cache => cache.Path, StringComparer.Ordinal),
        ];
    }

    private static string PathOf(PackageCache cache, IReadOnlyDictionary<string, string> environment)
    {
        if (Get(cache.Variable) is { } named)
        {
            return named;
        }
        if (cache.Root is var (root, below) && Get(root) is { } around)
        {
            return Path.Combine(around, below);
        }
        foreach (var (folder, variable) in s_homes)
        {
            if (cache.Folder.StartsWith(folder, StringComparison.Ordinal) && Get(variable) is { } home)
            {
                return Path.Combine(home, cache.Folder[folder.Length..]);
            }
        }
        return Get("HOME") is { Length: > 1 } own ? Path.Combine(own, cache.Folder) : "";

        string? Get(string? variable) =>
            variable is not null && environment.GetValueOrDefault(variable) is { Length: > 0 } value ? value : null;
    }
}
