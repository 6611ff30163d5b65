namespace Orchestrator.Packages;

/// <summary>The place where package managers keep what they downloaded: folders that programs in a sandbox may change, because installing
/// would otherwise begin from nothing each time. None of them is read by us.</summary>
public static class PackageCaches
{
    /// <summary>The caches of the package managers that are in PATH; missing ones are made, where the home allows it.</summary>
    /// <param name="environment">The variables of those programs.</param>
    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, string> environment)
    {
        var home = environment.GetValueOrDefault("HOME");
        var path = environment.GetValueOrDefault("PATH");
        return
        [
            .. Ecosystems
                .Managers.Where(manager => manager.Programs.Any(program => ProgramLocator.Find(program, path) is not null))
                .SelectMany(manager => manager.Caches)
                .Select(cache =>
                    cache.Variable is { } name && environment.GetValueOrDefault(name) is { Length: > 0 } set ? set
                    : home is { Length: > 1 } ? Path.Combine(home, cache.Folder)
                    : ""
                )
                .Where(Path.IsPathRooted)
                .Distinct(StringComparer.Ordinal)
                .Where(IsThere),
        ];
    }

    private static bool IsThere(string folder)
    {
        try
        {
            return Directory.Exists(OwnFolder.Ensure(folder));
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return false; // A home that can't be written: the program makes its cache in the sandbox, for itself.
        }
    }
}
