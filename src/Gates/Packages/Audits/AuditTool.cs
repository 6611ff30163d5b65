namespace Orchestrator.Gates.Packages.Audits;

/// <summary>A program that reports known vulnerabilities of the packages in a lock file or manifest.</summary>
/// <param name="ecosystem">Ecosystem of the packages.</param>
/// <param name="isSubject">Returns true if a file with this name can be audited.</param>
/// <param name="settings">Files that configure the servers that the tool queries, or hide findings.</param>
/// <param name="gathersUp">Returns true if a file with this name covers all packages below its folder.</param>
public sealed class AuditTool(
    string name,
    string program,
    string wants,
    Ecosystem ecosystem,
    Func<string, bool> isSubject,
    IReadOnlyList<string> settings,
    Func<string, IReadOnlyList<string>> arguments,
    Func<string, PackageAuditResult> parse,
    Func<string, bool>? gathersUp = null
)
{
    /// <summary>All known audit tools.</summary>
    public static IReadOnlyList<AuditTool> All { get; } =
    [
        new(
            "npm audit",
            "npm",
            Ecosystems.Npm.LockFiles[0],
            Ecosystems.JavaScript,
            Ecosystems.Npm.LockFiles.Contains,
            [".npmrc"],
            _ => ["audit", "--json", "--package-lock-only"],
            NpmAuditParser.Read
        ),
        new(
            "pip-audit",
            "pip-audit",
            "requirements.txt",
            Ecosystems.Python,
            IsRequirements,
            ["pip.conf"],
            file => ["--requirement", "./" + file, "--format", "json", "--progress-spinner", "off"],
            PipAuditParser.Read
        ),
        new(
            "dotnet list package --vulnerable",
            "dotnet",
            "a solution or project",
            Ecosystems.Of(".NET"),
            name => Path.GetExtension(name) is ".sln" or ".slnx" or ".csproj" or ".fsproj" or ".vbproj",
            ["nuget.config", "NuGet.Config", "NuGet.config"],
            file => ["list", "./" + file, "package", "--vulnerable", "--include-transitive", "--format", "json"],
            DotnetAuditParser.Read,
            name => Path.GetExtension(name) is ".sln" or ".slnx"
        ),
        new(
            "cargo audit",
            "cargo-audit",
            Ecosystems.Of("Rust").LockFiles.First(),
            Ecosystems.Of("Rust"),
            name => Ecosystems.Of("Rust").LockFiles.Contains(name),
            ["audit.toml"],
            _ => ["audit", "--json"],
            CargoAuditParser.Read
        ),
        new(
            "govulncheck",
            "govulncheck",
            "go.mod",
            Ecosystems.Of("Go"),
            name => name is "go.mod",
            [],
            _ => ["-format", "json", "./..."],
            GoAuditParser.Read
        ),
    ];

    /// <summary>Name of the tool.</summary>
    public string Name { get; } = name;

    /// <summary>Name of the tool's executable file.</summary>
    public string Program { get; } = program;

    /// <summary>Name of the kind of file that the tool audits, for display.</summary>
    public string Wants { get; } = wants;

    /// <summary>True if a changed file affects the packages that this tool audits.</summary>
    public bool IsAbout(string path) => isSubject(Path.GetFileName(path)) || ecosystem.IsAboutPackages(path);

    /// <summary>True if this file of the repository determines which servers the tool queries or which findings are hidden.</summary>
    public bool IsSetBy(string path) => settings.Contains(Path.GetFileName(path), StringComparer.Ordinal);

    /// <summary>
    /// Returns the file to audit after a given file has changed. The file to audit is the changed file itself or the nearest suitable file
    /// in its folder or a parent folder.
    /// </summary>
    /// <param name="changed">The changed file.</param>
    /// <param name="files">Files of the tree.</param>
    /// <returns>Path of the file, or null if none exists.</returns>
    public string? SubjectOf(string changed, IReadOnlyCollection<string> files) =>
        Nearest(changed, [.. files.Where(file => gathersUp?.Invoke(Path.GetFileName(file)) == true)])
        ?? (isSubject(Path.GetFileName(changed)) && files.Contains(changed) ? changed : null)
        ?? Nearest(changed, [.. files.Where(file => isSubject(Path.GetFileName(file)))]);

    /// <summary>Returns the tool's arguments for auditing a file.</summary>
    /// <param name="file">Name of the file to audit, in the working directory of the tool.</param>
    public IReadOnlyList<string> ArgumentsFor(string file) => arguments(file);

    /// <summary>Parses the tool's output. For unreadable output, returns an inconclusive result instead of throwing an exception.</summary>
    /// <param name="output">Standard output of the tool.</param>
    public PackageAuditResult Read(string output) => parse(output);

    private static string? Nearest(string changed, IReadOnlyList<string> candidates)
    {
        for (var folder = RepositoryPath.FolderOf(changed); ; folder = RepositoryPath.FolderOf(folder))
        {
            if (candidates.Where(file => RepositoryPath.FolderOf(file) == folder).Min(StringComparer.Ordinal) is { } found)
            {
                return found;
            }
            if (folder.Length == 0)
            {
                return null;
            }
        }
    }

    private static bool IsRequirements(string name) =>
        name.StartsWith("requirements", StringComparison.Ordinal) && name.EndsWith(".txt", StringComparison.Ordinal);
}
