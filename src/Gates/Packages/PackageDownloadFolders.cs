namespace Orchestrator.Gates.Packages;

/// <summary>Download folder of a package manager on this host.</summary>
/// <param name="Path">Absolute path, which may not exist.</param>
/// <param name="Cache">Description of the folder in the ecosystem table.</param>
/// <param name="Options">Current value of the variable that contains options, or empty if it is not set.</param>
/// <param name="IsSet">True if settings of the user name the folder. Sandboxed programs do not see these settings.</param>
public sealed record PackageDownloadFolder(string Path, PackageCache Cache, string Options, bool IsSet)
{
    /// <summary>
    /// Returns the environment variable and the value that make the package manager use another download folder, or null if there is no
    /// such variable.
    /// </summary>
    public (string Variable, string Value)? NamedAt(string folder) =>
        Cache.Variable is { } variable ? (variable, folder)
        : Cache.Option is { } option ? (option.Variables[0], $"{Options} {option.Text}{folder}".TrimStart())
        : null;
}

/// <summary>Finds the download folders of the package managers in PATH. The user's variables, options and settings are taken into
/// account.</summary>
public static class PackageDownloadFolders
{
    private static readonly EcosystemHome[] s_homes =
    [
        .. Ecosystems.Homes,
        new(".cache", "XDG_CACHE_HOME"),
        new(".config", "XDG_CONFIG_HOME"),
        new(".local/share", "XDG_DATA_HOME"),
    ];

    private static readonly TimeSpan s_longestMatch = TimeSpan.FromSeconds(1);

    /// <summary>Returns the folders, as determined by variables, settings and the home folder.</summary>
    /// <param name="environment">Variables of the programs.</param>
    public static IReadOnlyList<PackageDownloadFolder> Of(IReadOnlyDictionary<string, string> environment)
    {
        var path = environment.GetValueOrDefault("PATH");
        return
        [
            .. Ecosystems
                .Managers.Where(manager => manager.Programs.Any(program => ProgramLocator.Find(program, path) is not null))
                .SelectMany(manager => manager.Caches)
                .Select(cache => Find(cache, environment))
                .Where(download => Path.IsPathRooted(download.Path))
                .DistinctBy(download => download.Path, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// Returns the absolute path of a folder that is given relative to the home folder. Environment variables such as <c>XDG_CACHE_HOME</c>
    /// can change its location. Empty if no home folder is set.
    /// </summary>
    /// <param name="relative">Path relative to the home folder.</param>
    /// <param name="environment">Variables of the programs.</param>
    public static string AbsolutePathOf(string relative, IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (folder, variable) in s_homes)
        {
            var isIn = relative == folder || relative.StartsWith(folder + "/", StringComparison.Ordinal);
            if (isIn && Get(variable, environment) is { } moved)
            {
                return Path.Combine(moved, relative[folder.Length..].TrimStart('/'));
            }
        }
        return Get("HOME", environment) is { Length: > 1 } home ? Path.Combine(home, relative) : "";
    }

    private static PackageDownloadFolder Find(PackageCache cache, IReadOnlyDictionary<string, string> environment)
    {
        var options = cache.Option is { } option ? option.Variables.Select(name => Get(name, environment) ?? "").ToList() : [];
        var named = Get(cache.Variable, environment) ?? OptionIn(options, cache.Option);
        var found = named ?? cache.Settings.Select(setting => SettingIn(setting, environment)).FirstOrDefault(path => path is not null);
        return new PackageDownloadFolder(
            Path.TrimEndingDirectorySeparator(found ?? AbsolutePathOf(cache.Folder, environment)),
            cache,
            options.FirstOrDefault(""),
            IsSet: named is null && found is not null
        );
    }

    private static string? OptionIn(IEnumerable<string> options, PackageCacheOption? option) =>
        options
            .SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .LastOrDefault(word => word.StartsWith(option!.Text, StringComparison.Ordinal))
            ?[option!.Text.Length..];

    private static string? SettingIn(PackageCacheSetting setting, IReadOnlyDictionary<string, string> environment)
    {
        if (TryRead(AbsolutePathOf(setting.File, environment)) is not { } text)
        {
            return null;
        }
        var match = Regex.Match(text, setting.Line, RegexOptions.Multiline | RegexOptions.CultureInvariant, s_longestMatch);
        var path = match.Groups["path"].Value.Trim().Trim('"', '\'');
        foreach (var home in (string[])["~/", "${user.home}/", "${HOME}/", "$HOME/"])
        {
            if (path.StartsWith(home, StringComparison.Ordinal))
            {
                path = AbsolutePathOf(path[home.Length..], environment);
            }
        }
        return Path.IsPathRooted(path) ? Path.Combine(path, setting.Below) : null;
    }

    private static string? TryRead(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return null; // The package manager can't read the file either.
        }
    }

    // Variables are compared without case, because npm does so. If a variable contains a list, such as GOPATH, the first folder receives
    // the downloads.
    private static string? Get(string? variable, IReadOnlyDictionary<string, string> environment)
    {
        var value = variable is null
            ? null
            : environment.GetValueOrDefault(variable)
                ?? (
                    variable.StartsWith("npm_", StringComparison.Ordinal)
                        ? environment.GetValueOrDefault(variable.ToUpperInvariant())
                        : null
                );
        return value is not { Length: > 0 } ? null
            : variable == "GOPATH" ? value.Split(Path.PathSeparator)[0]
            : value;
    }
}
