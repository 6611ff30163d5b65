namespace Orchestrator.Messages;

/// <summary>Current state of the review of a run, with its rounds and findings.</summary>
public sealed record RunReviewStatus
{
    /// <summary>Number of the current review round, from 1.</summary>
    [JsonPropertyName("round")]
    public required int Round { get; init; }

    /// <summary>Maximum number of review rounds before a user has to decide.</summary>
    [JsonPropertyName("maxRounds")]
    public required int MaxRounds { get; init; }

    /// <summary>Current verdict of the review, such as <c>accepted</c> or <c>findings</c>.</summary>
    [JsonPropertyName("verdict")]
    public required string Verdict { get; init; }

    /// <summary>Name of the reviewer's agent and model.</summary>
    [JsonPropertyName("reviewer")]
    public string Reviewer
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Commit reviewed in the current round.</summary>
    [JsonPropertyName("commit")]
    public string Commit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Commit reviewed in the previous round. Empty if the current round reviews the whole change.</summary>
    [JsonPropertyName("since")]
    public string Since
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Number of open findings after each completed round.</summary>
    [JsonPropertyName("standing")]
    public IReadOnlyList<int> Standing
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Number of remarks from the current round that do not prevent landing; 0 until the round has ended.</summary>
    [JsonPropertyName("remarks")]
    public int Remarks { get; init; }

    /// <summary>
    /// Ids of the findings that a user overruled by skipping or cancelling the tasks created for them. Each such task has the id of its
    /// finding.
    /// </summary>
    [JsonPropertyName("overruled")]
    public IReadOnlyList<string> Overruled
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// Path of the file with the findings of the current round, relative to the repository. Empty until the round has ended.
    /// </summary>
    [JsonPropertyName("evidence")]
    public string Evidence
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Returns the state of the review as a short text for users.</summary>
    public override string ToString() =>
        $"{SummaryText()}{(Reviewer.Length > 0 ? $" by {Reviewer}" : "")}"
        + $"{(Overruled.Count > 0 ? $"; overruled by a user: {string.Join(", ", Overruled)}" : "")}";

    private string SummaryText() =>
        Verdict switch
        {
            ReviewStateNames.Accepted => $"accepted in round {Round}",
            ReviewStateNames.Findings when Standing.Count == 0 => "not reviewed yet",
            ReviewStateNames.Findings =>
                $"round {Round}: {Plural.Of(Standing.Count == 0 ? 0 : Standing[^1], "finding")}, turned into tasks of the run",
            ReviewStateNames.Escalated =>
                $"not accepted after {Plural.Of(Round, "round")}: {Plural.Of(Standing.Count == 0 ? 0 : Standing[^1], "finding")}",
            ReviewStateNames.Empty => "not reviewed, because nothing has changed",
            ReviewStateNames.Overruled when Standing.Count == 0 => "not reviewed, because a user decided to land without a review",
            ReviewStateNames.Overruled =>
                $"not accepted; a user decided to land with {Plural.Of(Standing[^1], "finding")} from round {Standing.Count}",
            _ => $"round {Round} of {MaxRounds} continues",
        };
}
