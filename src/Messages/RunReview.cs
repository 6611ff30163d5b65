namespace Orchestrator.Messages;

/// <summary>How a run stands with its review.</summary>
public sealed record RunReview
{
    /// <summary>The last round that was begun, from 1.</summary>
    [JsonPropertyName("round")]
    public required int Round { get; init; }

    /// <summary>Rounds before a person decides.</summary>
    [JsonPropertyName("maxRounds")]
    public required int MaxRounds { get; init; }

    /// <summary>One of <see cref="ReviewVerdicts"/>.</summary>
    [JsonPropertyName("verdict")]
    public required string Verdict { get; init; }

    /// <summary>Who reviews: agent and model.</summary>
    [JsonPropertyName("reviewer")]
    public string Reviewer
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Commit that the last round has seen.</summary>
    [JsonPropertyName("commit")]
    public string Commit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Commit that the round before has seen; empty where the last one has seen the whole change.</summary>
    [JsonPropertyName("since")]
    public string Since
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Findings that stand after each round that has ended.</summary>
    [JsonPropertyName("standing")]
    public IReadOnlyList<int> Standing
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>What was remarked in the last round and stops nothing.</summary>
    [JsonPropertyName("remarks")]
    public int Remarks { get; init; }

    /// <summary>Tasks whose findings a person has overruled, by skipping or cancelling them.</summary>
    [JsonPropertyName("overruled")]
    public IReadOnlyList<string> Overruled
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>What the last round said, relative to the repository; empty before.</summary>
    [JsonPropertyName("evidence")]
    public string Evidence
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>In a few words, for people.</summary>
    public override string ToString() =>
        $"{Said()}{(Reviewer.Length > 0 ? $" by {Reviewer}" : "")}"
        + $"{(Overruled.Count > 0 ? $"; overruled by a person: {string.Join(", ", Overruled)}" : "")}";

    private string Said() =>
        Verdict switch
        {
            ReviewVerdicts.Accepted => $"accepted in round {Round}",
            ReviewVerdicts.Findings when Standing.Count == 0 => "not reviewed yet",
            ReviewVerdicts.Findings => $"round {Round}: {Count(Standing.Count == 0 ? 0 : Standing[^1])}, made tasks of the run",
            ReviewVerdicts.Escalated =>
                $"not accepted after {Round} {(Round == 1 ? "round" : "rounds")}: {Count(Standing.Count == 0 ? 0 : Standing[^1])}",
            ReviewVerdicts.Empty => "not reviewed, because nothing has changed",
            ReviewVerdicts.Overruled when Standing.Count == 0 => "not reviewed: a person decided to land without it",
            ReviewVerdicts.Overruled => $"not accepted: a person decided to land with {Count(Standing[^1])} of round {Standing.Count}",
            _ => $"round {Round} of {MaxRounds} goes on",
        };

    private static string Count(int findings) => $"{findings} {(findings == 1 ? "finding" : "findings")}";
}
