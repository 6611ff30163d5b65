using System.Text.RegularExpressions;

namespace Orchestrator.Runs.Requests;

/// <summary>A package manager: what it is asked to find out whether a package is there, without changing anything, and what to write
/// manifest and lock file. It runs nothing of a package: what set-up runs comes later, in the worktrees.</summary>
internal sealed partial record PackageTool
{
    /// <summary>By that pip knows that it leaves an environment alone that the system manages.</summary>
    private static readonly string[] NoReport = ["--report", "/dev/null"];

    /// <summary>npm.</summary>
    public static PackageTool Npm { get; } =
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
            // A version that is not there is an empty answer.
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

    /// <summary>uv, for projects with a <c>pyproject.toml</c>.</summary>
    public static PackageTool Uv { get; } =
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

    /// <summary>pip, for projects with a <c>requirements.txt</c>, in which we write the line.</summary>
    public static PackageTool Pip { get; } =
        Uv with
        {
            Program = "pip",
            Look = (package, _) => LookByPip(SpellPython(package)),
            LookInput = null,
            Install = (_, manifest) =>
                [
                    ["install", "--dry-run", "--quiet", "--ignore-installed", .. NoReport, "-r", manifest],
                ],
            Line = SpellPython,
            ForDevelopment = null,
        };

    /// <summary>dotnet, for a project file.</summary>
    public static PackageTool Dotnet { get; } =
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
                        .. package.Version.Length == 0 ? [] : (string[])["--version", Bare(package)],
                    ],
                ],
            Spell = package => package.Version.Length == 0 ? package.Name : $"{package.Name}@{Bare(package)}",
            Finds = (output, package) =>
                output.Contains($"\"id\": \"{package.Name}\"", StringComparison.OrdinalIgnoreCase)
                || output.Contains($"\"id\":\"{package.Name}\"", StringComparison.OrdinalIgnoreCase),
        };

    /// <summary>cargo.</summary>
    public static PackageTool Cargo { get; } =
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

    /// <summary>go.</summary>
    public static PackageTool Go { get; } =
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

    /// <summary>What an agent may write before a package, with a colon, to say which ecosystem it means.</summary>
    public required string Prefix { get; init; }

    /// <summary>The program, looked for in PATH.</summary>
    public required string Program { get; init; }

    /// <summary>Where packages come from, for people.</summary>
    public required string Registry { get; init; }

    /// <summary>A package as one would ask for it.</summary>
    public required string Example { get; init; }

    /// <summary>What a name looks like.</summary>
    public required Regex NameForm { get; init; }

    /// <summary>What the wanted versions look like.</summary>
    public required Regex VersionForm { get; init; }

    /// <summary>What a version without an operator means; see <see cref="VersionRange.Read"/>.</summary>
    public required string BareVersion { get; init; }

    /// <summary>Arguments by which it looks for a package, given the name of the manifest; nothing changes by it.</summary>
    public required Func<PackageRequest, string, IReadOnlyList<string>> Look { get; init; }

    /// <summary>What it reads while it looks; null: nothing.</summary>
    public Func<PackageRequest, string>? LookInput { get; init; }

    /// <summary>Whether its answer has the package, where its exit code does not say so.</summary>
    public Func<string, PackageRequest, bool>? Finds { get; init; }

    /// <summary>Arguments of the calls that write a package into manifest and lock file.</summary>
    public required Func<PackageRequest, string, IReadOnlyList<IReadOnlyList<string>>> Install { get; init; }

    /// <summary>The option by which a package is for development alone; null: its manifests know no such packages.</summary>
    public string? ForDevelopment { get; init; }

    /// <summary>The package as this program writes it.</summary>
    public required Func<PackageRequest, string> Spell { get; init; }

    /// <summary>The line of the manifest, where we write that ourselves; null: the program does.</summary>
    public Func<PackageRequest, string>? Line { get; init; }

    /// <summary>Names that mean the same package.</summary>
    public string Normalize(string name) =>
        Prefix == "pypi" ? PythonSeparators().Replace(name, "-").ToLowerInvariant()
        : Prefix == "nuget" ? name.ToLowerInvariant()
        : name;

    private static string[] CargoAdds(PackageRequest package, string manifest) =>
        ["--quiet", "--manifest-path", manifest, .. Cargo.Development(package), .. Features(package), Cargo.Spell(package)];

    private string[] Development(PackageRequest package) => package.IsForDevelopment ? [ForDevelopment!] : [];

    private static string[] LookByPip(string package) =>
        ["install", "--dry-run", "--quiet", "--no-deps", "--ignore-installed", "--only-binary", ":all:", .. NoReport, package];

    private static string SpellPython(PackageRequest package) =>
        package.Name
        + (package.Extras.Count == 0 ? "" : $"[{string.Join(',', package.Extras)}]")
        + (package.Version is [>= '0' and <= '9', ..] ? "==" : "")
        + package.Version;

    private static string Bare(PackageRequest package) => package.Version.TrimStart('=', '>', ' ');

    private static string[] Features(PackageRequest package) =>
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
