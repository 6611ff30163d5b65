namespace Orchestrator.Messages;

/// <summary>A question that is waiting for a user's answer.</summary>
public sealed record RunQuestion
{
    /// <summary>Id of the question whether a plan may start, at the start of a run or after a replanning.</summary>
    public const string Plan = "plan";

    /// <summary>Id of the question about a refused landing.</summary>
    public const string Promote = "promote";

    /// <summary>Id of the question about an escalated run.</summary>
    public const string Resolve = "resolve";

    /// <summary>Ids of the questions that the command <c>land</c> can answer.</summary>
    public static string[] OfPromote => [Promote];

    /// <summary>Ids of the questions that the command <c>land --merged</c> can answer.</summary>
    public static string[] OfLandMerged => [Resolve];

    /// <summary>Ids of the questions that the command <c>resolve</c> can answer, in order of preference.</summary>
    public static string[] OfResolve => [Resolve, Promote];

    /// <summary>Id of the question about an account's outage.</summary>
    public const string Account = "account";

    /// <summary>Returns the id of the question about raising a budget that tasks share.</summary>
    /// <param name="kind">One of <see cref="BudgetKinds"/>.</param>
    public static string OfBudget(string kind) => $"budget-{kind}";

    /// <summary>
    /// Id of the question: one of the constants of this type, or a task id. Users pass it to <c>approve</c>, <c>reject</c>, <c>retry</c> or
    /// <c>skip</c>.
    /// </summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("question")]
    public required string Question { get; init; }

    /// <summary>Possible answers, with the recommended one first.</summary>
    [JsonPropertyName("ways")]
    public IReadOnlyList<SuggestedCommand> Ways
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The commands of <see cref="Ways"/>, in the same order.</summary>
    [JsonPropertyName("commands")]
    public IReadOnlyList<string> Commands => [.. Ways.Select(way => way.Command)];

    /// <summary>
    /// True if the question's text includes the reason for the state of its task or run, so that displays need not repeat the reason.
    /// </summary>
    [JsonPropertyName("saysReason")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SaysReason { get; init; }

    /// <summary>
    /// Identity of the question as shown: the first digits of the SHA-256 of its id and text. The run refuses an answer that names an
    /// outdated identity. It is computed from the text, so it always matches the text.
    /// </summary>
    [JsonPropertyName("shown")]
    public string Shown =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Id}\n{Question}")))[
            ..16
        ];

    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>Returns the open question that an answer refers to, or null if none of the questions with the given ids is open.</summary>
    /// <param name="asked">All open questions.</param>
    /// <param name="ids">Ids of the possible questions, in order of preference.</param>
    public static RunQuestion? First(IReadOnlyList<RunQuestion> asked, IEnumerable<string> ids) =>
        ids.Select(id => asked.FirstOrDefault(question => question.Id == id)).FirstOrDefault(question => question is not null);
}
