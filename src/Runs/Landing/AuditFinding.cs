using Orchestrator.QualityGates.Audits;

namespace Orchestrator.Runs.Landing;

/// <summary>A known vulnerability of a package in what is to land.</summary>
/// <param name="Vulnerability">What the tool says of it.</param>
/// <param name="File">The file that it was asked about.</param>
internal sealed record AuditFinding(Vulnerability Vulnerability, string File) : ILandingFinding
{
    /// <summary>The same in every version that has it, and wherever the file has moved to.</summary>
    [JsonIgnore]
    public string Key => $"{Vulnerability.Tool}\0{Vulnerability.Package}\0{Vulnerability.Id}";

    public override string ToString() => $"{Vulnerability}";
}

/// <summary>What the tools said of what is to land, as it is kept in the run's folder.</summary>
internal sealed record StoredAudit
{
    /// <summary>New and severe enough to be in the way, and what became of it.</summary>
    public StoredFindings<AuditFinding> Standing { get; init; } = new();

    /// <summary>Files that were audited, each with the tool.</summary>
    public IReadOnlyList<string> Audited { get; init; } = [];

    /// <summary>Files that were not, each with the tool and the reason.</summary>
    public IReadOnlyList<string> NotAudited { get; init; } = [];

    /// <summary>New, but less severe than what is in the way.</summary>
    public IReadOnlyList<AuditFinding> Lesser { get; init; } = [];

    /// <summary>Already there at the base.</summary>
    public IReadOnlyList<AuditFinding> Old { get; init; } = [];
}
