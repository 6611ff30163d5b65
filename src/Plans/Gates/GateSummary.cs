namespace Orchestrator.Plans;

/// <summary>What a commit's gates show of its work.</summary>
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

/// <summary>A gate that failed at the base commit, and how it ended now.</summary>
/// <param name="Name">The gate.</param>
/// <param name="Comparison">Its present result beside that at the base.</param>
public sealed record GateSinceBase(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("comparison")] BaseComparison Comparison
);

/// <summary>Verdicts of a commit's gates in numbers, for what must stay small: messages and the status of runs. The verdicts themselves are
/// stored beside the gates' logs. <see cref="GateWords"/> puts it into words.</summary>
public sealed record GateSummary
{
    private const int LongestName = 200;
    private const int MostSinceBase = 3;

    /// <summary>What they show.</summary>
    [JsonPropertyName("proof")]
    public GateProof Proof { get; init; }

    /// <summary>How many gates.</summary>
    [JsonPropertyName("total")]
    public int Total { get; init; }

    /// <summary>How many of them passed, or had nothing to check.</summary>
    [JsonPropertyName("passed")]
    public int Passed { get; init; }

    /// <summary>How many of the results were taken from the cache.</summary>
    [JsonPropertyName("cached")]
    public int Cached { get; init; }

    /// <summary>Gates that count and did not pass; left out where there are none.</summary>
    [JsonPropertyName("failed"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Failed { get; init; }

    /// <summary>Gates that failed and then passed on the same files; left out where there are none.</summary>
    [JsonPropertyName("flaky"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Flaky { get; init; }

    /// <summary>The first gates that failed at the base commit; left out where there are none.</summary>
    [JsonPropertyName("sinceBase"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<GateSinceBase>? SinceBase { get; init; }

    /// <summary>The machine is to blame, or gates could not be run: this says nothing about the work.</summary>
    [JsonPropertyName("blamesMachine"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BlamesMachine { get; init; }

    /// <summary>Whether all gates that count passed.</summary>
    [JsonIgnore]
    public bool IsGood => Proof != GateProof.Failed && !BlamesMachine;

    /// <summary>The summary of verdicts.</summary>
    /// <param name="verdicts">All of them.</param>
    /// <param name="failures">Those that prevent a merge.</param>
    /// <param name="hasBehaviour">The work changes more than documents and images, so that linters alone show nothing.</param>
    public static GateSummary Of(IReadOnlyList<GateVerdict> verdicts, IReadOnlyList<GateVerdict> failures, bool hasBehaviour)
    {
        var passed = verdicts.Where(verdict => verdict.Result == GateResult.Passed).ToList();
        return new GateSummary
        {
            Proof =
                failures.Count > 0 ? GateProof.Failed
                : verdicts.Count == 0 ? GateProof.NotVerified
                : hasBehaviour && passed.Count > 0 && passed.TrueForAll(verdict => verdict.Gate.Type == GateType.Lint) ? GateProof.LintOnly
                : GateProof.Verified,
            Total = verdicts.Count,
            Passed = verdicts.Count(verdict => verdict.Passed),
            Cached = verdicts.Count(verdict => verdict.Cached),
            Failed = Names(failures),
            Flaky = Names(verdicts.Where(verdict => verdict is { Passed: true, Failure: GateFailure.Flaky })),
            SinceBase = verdicts.Where(verdict => verdict.BeforeWork is not null).Take(MostSinceBase).ToList() is { Count: > 0 } before
                ? [.. before.Select(verdict => new GateSinceBase(Bounded(verdict.Name), verdict.BeforeWork!.Value))]
                : null,
            BlamesMachine = failures.Any(verdict => verdict.BlamesMachine),
        };
    }

    /// <summary>The summary with further gates that failed before and then passed on the same files.</summary>
    /// <param name="commands">Their commands.</param>
    public GateSummary WithFlaky(IEnumerable<string> commands) => this with { Flaky = Names([.. Flaky ?? [], .. commands]) };

    private static List<string>? Names(IEnumerable<GateVerdict> verdicts) => Names(verdicts.Select(verdict => verdict.Gate.Command));

    private static List<string>? Names(IEnumerable<string> commands) =>
        commands.Select(Bounded).Distinct().ToList() is { Count: > 0 } names ? names : null;

    private static string Bounded(string name) => name.Length <= LongestName ? name : name[..LongestName];
}
