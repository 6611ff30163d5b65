using Orchestrator.Packages.Audits;

namespace Orchestrator.Runs.Merging.Landing;

/// <summary>A known vulnerability of a package in what is to land.</summary>
/// <param name="Vulnerability">The tool's finding.</param>
/// <param name="File">The audited file.</param>
internal sealed record AuditFinding(Vulnerability Vulnerability, string File) : ILandingFinding
{
    /// <summary>Identifies it in every version that has it, also if the file was moved.</summary>
    [JsonIgnore]
    public string Key => $"{Vulnerability.Tool}\0{Vulnerability.Package}\0{Vulnerability.Id}";

    public override string ToString() => $"{Vulnerability}";
}

/// <summary>Result of the audit, as stored in the run's folder.</summary>
internal sealed record StoredAudit
{
    /// <summary>New ones that are severe enough to prevent landing, and their decisions.</summary>
    public StoredFindings<AuditFinding> Standing { get; init; } = new();

    /// <summary>Audited files, each with the tool.</summary>
    public IReadOnlyList<string> Audited { get; init; } = [];

    /// <summary>Files that were not audited, each with the tool and the reason.</summary>
    public IReadOnlyList<string> NotAudited { get; init; } = [];

    /// <summary>New ones that are less severe.</summary>
    public IReadOnlyList<AuditFinding> Lesser { get; init; } = [];

    /// <summary>Present at the base already.</summary>
    public IReadOnlyList<AuditFinding> Old { get; init; } = [];
}
