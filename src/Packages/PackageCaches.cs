namespace Orchestrator.Packages;

/// <summary>Where package managers keep what they downloaded: folders that programs in a sandbox may change, because installing would
/// otherwise begin from nothing each time. None of them is read by us.</summary>
public static class PackageCaches
{
    private static readonly (string Program, string? Variable, string Place)[] Known =
    [
        ("npm", "npm_config_cache", ".npm"),
        ("pnpm", null, ".local/share/pnpm/store"),
        ("pnpm", null, ".cache/pnpm"),
        ("yarn", null, ".cache/yarn"),
        ("yarn", null, ".yarn/berry"),
        ("bun", null, ".bun/install/cache"),
        ("pip", "PIP_CACHE_DIR", ".cache/pip"),
        ("pip3", "PIP_CACHE_DIR", ".cache/pip"),
        ("uv", "UV_CACHE_DIR", ".cache/uv"),
        ("poetry", null, ".cache/pypoetry"),
        ("dotnet", "NUGET_PACKAGES", ".nuget/packages"),
        ("dotnet", null, ".local/share/NuGet"),
        ("go", "GOMODCACHE", "go/pkg"),
        ("go", "GOCACHE", ".cache/go-build"),
        ("cargo", null, ".cargo/registry"),
        ("cargo", null, ".cargo/git"),
        ("mvn", null, ".m2/repository"),
        ("gradle", null, ".gradle/caches"),
        ("composer", null, ".cache/composer"),
    ];

    /// <summary>The caches of the package managers that are in PATH; missing ones are made, where the home allows it.</summary>
    /// <param name="environment">The variables of those programs.</param>
    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, string> environment)
    {
        var home = environment.GetValueOrDefault("HOME");
        var path = environment.GetValueOrDefault("PATH");
        return
        [
            .. Known
                .Where(known => ProgramLocator.Find(known.Program, path) is not null)
                .Select(known =>
                    known.Variable is { } name && environment.GetValueOrDefault(name) is { Length: > 0 } set ? set
                    : home is { Length: > 1 } ? Path.Combine(home, known.Place)
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
            return Directory.CreateDirectory(folder).Exists;
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return false; // A home that can't be written: the program makes its cache in the sandbox, for itself.
        }
    }
}
