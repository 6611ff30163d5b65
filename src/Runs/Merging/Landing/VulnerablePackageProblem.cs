using Orchestrator.Gates.Packages.Audits;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>A known vulnerability of a package in the commit to land.</summary>
/// <param name="Vulnerability">The vulnerability, as the tool reported it.</param>
/// <param name="File">Path of the audited file, relative to the repository.</param>
internal sealed record VulnerablePackageProblem(Vulnerability Vulnerability, string File) : IPreLandingProblem
{
    /// <summary>
    /// Key of the finding. It is the same for all affected versions of the package, and does not change if the manifest or lock file is
    /// moved.
    /// </summary>
    [JsonIgnore]
    public string Key => $"{Vulnerability.Tool}\0{Vulnerability.Package}\0{Vulnerability.Id}";

    public override string ToString() => $"{Vulnerability}";
}

/// <summary>Result of an audit, as it is stored in the run's folder.</summary>
internal sealed record PackageAuditRecord
{
    /// <summary>New vulnerabilities that are severe enough to prevent the landing, with users' decisions about them.</summary>
    public PreLandingCheckProblemList<VulnerablePackageProblem> Standing { get; init; } = new();

    /// <summary>Audited files, each with the name of its tool.</summary>
    public IReadOnlyList<string> Audited { get; init; } = [];

    /// <summary>Files that were not audited, each with the name of its tool and the reason.</summary>
    public IReadOnlyList<string> NotAudited { get; init; } = [];

    /// <summary>New vulnerabilities that are not severe enough to prevent the landing.</summary>
    public IReadOnlyList<VulnerablePackageProblem> Lesser { get; init; } = [];

    /// <summary>
    /// Vulnerabilities that are older than the run, because they exist at the merge base of the target and the commit to land.
    /// </summary>
    public IReadOnlyList<VulnerablePackageProblem> Old { get; init; } = [];
}
