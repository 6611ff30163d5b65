namespace Orchestrator.Plans;

/// <summary>The proof of a commit's work by its gates.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateProof>))]
public enum GateProof
{
    /// <summary>Nothing: no gate looked at it.</summary>
    [JsonStringEnumMemberName("notverified")]
    NotVerified,

    /// <summary>Only linters passed, which show nothing of what it does.</summary>
    [JsonStringEnumMemberName("lintonly")]
    LintOnly,

    /// <summary>The gates that count passed.</summary>
    [JsonStringEnumMemberName("verified")]
    Verified,

    /// <summary>A gate that counts did not pass.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>Verdicts of a commit's gates in numbers, for what must stay small: messages and the status of runs. The verdicts themselves are
/// stored beside the gates' logs. <see cref="GateWords"/> puts it into words.</summary>
public sealed record GateSummary
{
    /// <summary>The proof that the gates are of the work.</summary>
    [JsonPropertyName("proof")]
    public GateProof Proof { get; init; }

    /// <summary>The number of gates.</summary>
    [JsonPropertyName("total")]
    public int Total { get; init; }

    /// <summary>The number of gates that passed, or had nothing to check.</summary>
    [JsonPropertyName("passed")]
    public int Passed { get; init; }

    /// <summary>The number of results that were taken from the cache.</summary>
    [JsonPropertyName("cached")]
    public int Cached { get; init; }

    /// <summary>The summary of verdicts.</summary>
    /// <param name="verdicts">All of them.</param>
    /// <param name="prevented">Some of them prevent a merge.</param>
    /// <param name="hasBehaviour">The work changes more than documents and images, so that linters alone show nothing.</param>
    public static GateSummary Of(IReadOnlyList<GateVerdict> verdicts, bool prevented, bool hasBehaviour)
    {
        var passed = verdicts.Where(verdict => verdict.Result == GateResult.Passed).ToList();
        return new GateSummary
        {
            Proof =
                prevented ? GateProof.Failed
                : verdicts.Count == 0 ? GateProof.NotVerified
                : hasBehaviour && passed.Count > 0 && passed.TrueForAll(verdict => verdict.Gate.Type == GateType.Lint) ? GateProof.LintOnly
                : GateProof.Verified,
            Total = verdicts.Count,
            Passed = verdicts.Count(verdict => verdict.Passed),
            Cached = verdicts.Count(verdict => verdict.Cached),
        };
    }
}
