namespace Orchestrator.Plans;

/// <summary>Degree to which gates prove that the work in a commit is correct.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateAssuranceLevel>))]
public enum GateAssuranceLevel
{
    /// <summary>No gate checked the work.</summary>
    [JsonStringEnumMemberName("notverified")]
    NotVerified,

    /// <summary>Only linters passed, which do not check the code's behavior.</summary>
    [JsonStringEnumMemberName("lintonly")]
    LintOnly,

    /// <summary>All gates whose failure would prevent a merge passed or had nothing to check.</summary>
    [JsonStringEnumMemberName("verified")]
    Verified,

    /// <summary>At least one gate failed and prevents a merge.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>
/// Numeric summary of a commit's gate verdicts, for data that must stay small, such as messages and run status. The verdicts themselves are
/// stored beside the gates' logs. <see cref="GateVerdictFormatter"/> formats the summary.
/// </summary>
public sealed record GateSummary
{
    /// <summary>Degree to which the gates prove that the work is correct.</summary>
    [JsonPropertyName("proof")]
    public GateAssuranceLevel Proof { get; init; }

    /// <summary>Number of gates.</summary>
    [JsonPropertyName("total")]
    public int Total { get; init; }

    /// <summary>Number of gates that passed or had nothing to check.</summary>
    [JsonPropertyName("passed")]
    public int Passed { get; init; }

    /// <summary>Number of results taken from the cache.</summary>
    [JsonPropertyName("cached")]
    public int Cached { get; init; }

    /// <summary>Summarizes the verdicts of a commit's gates.</summary>
    /// <param name="verdicts">All verdicts.</param>
    /// <param name="prevented">True if at least one verdict prevents a merge.</param>
    /// <param name="hasBehavior">True if the work changes more than documents and images, so that linters alone do not prove it.</param>
    public static GateSummary Of(IReadOnlyList<GateVerdict> verdicts, bool prevented, bool hasBehavior)
    {
        var passed = verdicts.Where(verdict => verdict.Result == GateResult.Passed).ToList();
        return new GateSummary
        {
            Proof =
                prevented ? GateAssuranceLevel.Failed
                : verdicts.Count == 0 ? GateAssuranceLevel.NotVerified
                : hasBehavior && passed.Count > 0 && passed.TrueForAll(verdict => verdict.Gate.Type == GateType.Lint)
                    ? GateAssuranceLevel.LintOnly
                : GateAssuranceLevel.Verified,
            Total = verdicts.Count,
            Passed = verdicts.Count(verdict => verdict.Passed),
            Cached = verdicts.Count(verdict => verdict.Cached),
        };
    }
}
