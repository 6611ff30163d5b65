using Orchestrator.Gates.Packages.Audits;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>A known vulnerability of a package in the commit to land.</summary>
/// <param name="Vulnerability">The tool's finding.</param>
/// <param name="File">The audited file.</param>
internal sealed record AuditFinding(Vulnerability Vulnerability, string File) : ILandingFinding
{
    /// <summary>Key of the finding that is equal in all affected versions, even if the file was moved.</summary>
    [JsonIgnore]
    public string Key => $"{Vulnerability.Tool}\0{Vulnerability.Package}\0{Vulnerability.Id}";

    public override string ToString() => $"{Vulnerability}";
}

/// <summary>Result of the audit, as stored in the run's folder.</summary>
internal sealed record StoredAudit
{
    /// <summary>New vulnerabilities that are severe enough to prevent landing, with the decisions about them.</summary>
    public StoredFindings<AuditFinding> Standing { get; init; } = new();

    /// <summary>Audited files, each with its tool.</summary>
    public IReadOnlyList<string> Audited { get; init; } = [];

    /// <summary>Files that were not audited, each with its tool and the reason.</summary>
    public IReadOnlyList<string> NotAudited { get; init; } = [];

    /// <summary>New vulnerabilities that are less severe.</summary>
    public IReadOnlyList<AuditFinding> Lesser { get; init; } = [];

    /// <summary>Vulnerabilities that the base already has.</summary>
    public IReadOnlyList<AuditFinding> Old { get; init; } = [];
}
