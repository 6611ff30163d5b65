namespace Orchestrator.Messages;

/// <summary>A question that is waiting for a user's answer.</summary>
public sealed record RunQuestion
{
    /// <summary>Id of the question that asks for the approval of a plan, at the start of a run or after a replanning.</summary>
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

    /// <summary>Returns the id of the question about raising a budget that several tasks share.</summary>
    /// <param name="kind">One of <see cref="BudgetKinds"/>.</param>
    public static string OfBudget(string kind) => $"budget-{kind}";

    /// <summary>
    /// Id of the question, which is one of this type's constants, the result of <see cref="OfBudget"/> or a task id. Users pass the id to
    /// commands such as <c>approve</c> or <c>retry</c>.
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
    /// True if the question's text includes the reason for the state of the task or run, so displays need not repeat the reason.
    /// </summary>
    [JsonPropertyName("saysReason")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SaysReason { get; init; }

    /// <summary>
    /// First hex digits of the SHA-256 of the question's id and text, which identify the question as the user saw it. The run refuses an
    /// answer with an outdated value. Computed from the text, so it always matches the text.
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
