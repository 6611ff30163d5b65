namespace Orchestrator.Gates.Packages;

/// <summary>
/// Command-line arguments with which a package manager looks up a package and adds the package to the manifest and the lock file. No code
/// of the package is run, because the set-up of worktrees installs packages later.
/// </summary>
public sealed partial record PackageManagerCommandSyntax
{
    /// <summary>Options that make pip discard its installation report.</summary>
    private static readonly string[] NoReport = ["--report", "/dev/null"];

    /// <summary>The package manager npm.</summary>
    public static PackageManagerCommandSyntax Npm { get; } =
        new()
        {
            Prefix = "npm",
            Program = "npm",
            Registry = "npm",
            Example = "left-pad@^1.3",
            NameForm = NpmName(),
            VersionForm = NpmVersion(),
            BareVersion = "==",
            Look = (package, _) => ["view", "--json", Npm!.Spell(package), "version"],
            // The output is empty for a version that does not exist.
            Finds = (output, _) => output.Trim().Length > 0,
            ForDevelopment = "--save-dev",
            Install = (package, _) =>
                [
                    [
                        "install",
                        "--package-lock-only",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        .. Npm!.Development(package),
                        Npm!.Spell(package),
                    ],
                ],
            Spell = package => package.Version.Length == 0 ? package.Name : $"{package.Name}@{package.Version}",
        };

    /// <summary>The package manager uv, for projects with a <c>pyproject.toml</c>.</summary>
    public static PackageManagerCommandSyntax Uv { get; } =
        new()
        {
            Prefix = "pypi",
            Program = "uv",
            Registry = "PyPI",
            Example = "pandas>=2.0",
            NameForm = PythonName(),
            VersionForm = PythonVersion(),
            BareVersion = "==",
            Look = (package, _) => ["pip", "compile", "--no-deps", "--no-header", "--no-annotate", "--only-binary", ":all:", "-"],
            LookInput = package => SpellPython(package) + "\n",
            ForDevelopment = "--dev",
            Install = (package, _) =>
                [
                    ["add", "--no-sync", .. Uv!.Development(package), SpellPython(package)],
                ],
            Spell = SpellPython,
        };

    /// <summary>
    /// The package manager pip, for projects with a <c>requirements.txt</c>. The orchestrator itself writes the requirement to this file.
    /// </summary>
    public static PackageManagerCommandSyntax Pip { get; } =
        Uv with
        {
            Program = "pip",
            Look = (package, _) => PipSearchArguments(SpellPython(package)),
            LookInput = null,
            Install = (_, manifest) =>
                [
                    ["install", "--dry-run", "--quiet", "--ignore-installed", .. NoReport, "-r", manifest],
                ],
            Line = SpellPython,
            ForDevelopment = null,
        };

    /// <summary>The <c>dotnet</c> command, for .NET project files.</summary>
    public static PackageManagerCommandSyntax Dotnet { get; } =
        new()
        {
            Prefix = "nuget",
            Program = "dotnet",
            Registry = "NuGet",
            Example = "Newtonsoft.Json@13.0.3",
            NameForm = NugetName(),
            VersionForm = NugetVersion(),
            BareVersion = ">=",
            Look = (package, _) => ["package", "search", package.Name, "--exact-match", "--format", "json", "--verbosity", "minimal"],
            Install = (package, manifest) =>
                [
                    [
                        "add",
                        manifest,
                        "package",
                        package.Name,
                        .. package.Version.Length == 0 ? [] : (string[])["--version", VersionNumber(package)],
                    ],
                ],
            Spell = package => package.Version.Length == 0 ? package.Name : $"{package.Name}@{VersionNumber(package)}",
            Finds = (output, package) =>
                output.Contains($"\"id\": \"{package.Name}\"", StringComparison.OrdinalIgnoreCase)
                || output.Contains($"\"id\":\"{package.Name}\"", StringComparison.OrdinalIgnoreCase),
        };

    /// <summary>The package manager cargo.</summary>
    public static PackageManagerCommandSyntax Cargo { get; } =
        new()
        {
            Prefix = "cargo",
            Program = "cargo",
            Registry = "crates.io",
            Example = "serde[derive]@1.0",
            NameForm = CargoName(),
            VersionForm = CargoVersion(),
            BareVersion = "^",
            ForDevelopment = "--dev",
            Look = (package, manifest) => ["add", "--dry-run", .. CargoAdds(package, manifest)],
            Install = (package, manifest) =>
                [
                    ["add", .. CargoAdds(package, manifest)],
                    ["update", "--quiet", "--workspace", "--manifest-path", manifest],
                ],
            Spell = package => package.Version.Length == 0 ? package.Name : $"{package.Name}@{package.Version}",
        };

    /// <summary>The program go, for Go modules.</summary>
    public static PackageManagerCommandSyntax Go { get; } =
        new()
        {
            Prefix = "go",
            Program = "go",
            Registry = "the Go module proxy",
            Example = "golang.org/x/text@v0.14.0",
            NameForm = GoName(),
            VersionForm = GoVersion(),
            BareVersion = ">=",
            Look = (package, _) => ["list", "-m", "-mod=mod", "-json", Go!.Spell(package)],
            Install = (package, _) =>
                [
                    ["get", Go!.Spell(package)],
                ],
            Spell = package => $"{package.Name}@{(package.Version.Length == 0 ? "latest" : package.Version)}",
        };

    /// <summary>
    /// Prefix of the ecosystem, such as <c>npm</c>, that an agent writes with a colon before a package name. The value does not include the
    /// colon.
    /// </summary>
    public required string Prefix { get; init; }

    /// <summary>Name of the executable file, which is looked up in PATH.</summary>
    public required string Program { get; init; }

    /// <summary>Name of the registry for display.</summary>
    public required string Registry { get; init; }

    /// <summary>Example of a request for a package.</summary>
    public required string Example { get; init; }

    /// <summary>Pattern of a package name.</summary>
    public required Regex NameForm { get; init; }

    /// <summary>Pattern of a requested version or version range.</summary>
    public required Regex VersionForm { get; init; }

    /// <summary>
    /// Version operator, such as <c>==</c>, that is assumed if a requested version has none (see <see cref="VersionRange.Read"/>).
    /// </summary>
    public required string BareVersion { get; init; }

    /// <summary>Returns the arguments that look up a package, given the request and the manifest. The lookup changes nothing.</summary>
    public required Func<AgentPackageRequest, string, IReadOnlyList<string>> Look { get; init; }

    /// <summary>Returns the standard input of the lookup. Null if the lookup reads no input.</summary>
    public Func<AgentPackageRequest, string>? LookInput { get; init; }

    /// <summary>True if the output of a lookup contains the package. Null if the exit code of the lookup is sufficient.</summary>
    public Func<string, AgentPackageRequest, bool>? Finds { get; init; }

    /// <summary>Returns the arguments of each package manager command that adds a package to the manifest and the lock file.</summary>
    public required Func<AgentPackageRequest, string, IReadOnlyList<IReadOnlyList<string>>> Install { get; init; }

    /// <summary>Option for adding a development dependency, or null if the manifests do not distinguish development dependencies.</summary>
    public string? ForDevelopment { get; init; }

    /// <summary>Formats the package in the package manager's notation.</summary>
    public required Func<AgentPackageRequest, string> Spell { get; init; }

    /// <summary>Formats the line that the orchestrator writes to the manifest. Null if the package manager writes the manifest.</summary>
    public Func<AgentPackageRequest, string>? Line { get; init; }

    /// <summary>Normalizes a package name, so that different spellings of the same package are equal.</summary>
    public string Normalize(string name) =>
        Prefix == "pypi" ? PythonSeparators().Replace(name, "-").ToLowerInvariant()
        : Prefix == "nuget" ? name.ToLowerInvariant()
        : name;

    private static string[] CargoAdds(AgentPackageRequest package, string manifest) =>
        ["--quiet", "--manifest-path", manifest, .. Cargo.Development(package), .. Features(package), Cargo.Spell(package)];

    private string[] Development(AgentPackageRequest package) => package.IsForDevelopment ? [ForDevelopment!] : [];

    private static string[] PipSearchArguments(string package) =>
        ["install", "--dry-run", "--quiet", "--no-deps", "--ignore-installed", "--only-binary", ":all:", .. NoReport, package];

    private static string SpellPython(AgentPackageRequest package) =>
        package.Name
        + (package.Extras.Count == 0 ? "" : $"[{string.Join(',', package.Extras)}]")
        + (package.Version is [>= '0' and <= '9', ..] ? "==" : "")
        + package.Version;

    private static string VersionNumber(AgentPackageRequest package) => package.Version.TrimStart('=', '>', ' ');

    private static string[] Features(AgentPackageRequest package) =>
        package.Extras.Count == 0 ? [] : ["--features", string.Join(',', package.Extras)];

    [GeneratedRegex("^(@[A-Za-z0-9][A-Za-z0-9._~-]*/)?[A-Za-z0-9][A-Za-z0-9._~-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex NpmName();

    [GeneratedRegex(@"^([0-9A-Za-z*^~<>=][0-9A-Za-z.*+^~<>=| -]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex NpmVersion();

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex PythonName();

    [GeneratedRegex(
        @"^([0-9][0-9A-Za-z.*+!-]*|(===|==|~=|!=|<=|>=|<|>)\s*[0-9][0-9A-Za-z.*+!-]*"
            + @"(\s*,\s*(===|==|~=|!=|<=|>=|<|>)\s*[0-9][0-9A-Za-z.*+!-]*)*)?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex PythonVersion();

    [GeneratedRegex("[-_.]+", RegexOptions.CultureInvariant)]
    private static partial Regex PythonSeparators();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex NugetName();

    [GeneratedRegex(@"^((==|>=)?\s*[0-9][0-9A-Za-z.*+-]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex NugetVersion();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex CargoName();

    [GeneratedRegex(@"^([0-9*^~<>=][0-9A-Za-z.*+^~<>=, -]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex CargoVersion();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)+(/[A-Za-z0-9._~-]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex GoName();

    [GeneratedRegex(@"^((<|<=|>|>=)?v?[0-9][0-9A-Za-z.+-]*|latest|upgrade|patch)?$", RegexOptions.CultureInvariant)]
    private static partial Regex GoVersion();
}
