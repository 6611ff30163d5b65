namespace Orchestrator.Messages;

/// <summary>Something that waits for a person.</summary>
public sealed record RunQuestion
{
    /// <summary>Id of the question whether the run may begin, or go on with another plan.</summary>
    public const string Plan = "plan";

    /// <summary>Id of the question what becomes of a landing that was refused.</summary>
    public const string Promote = "promote";

    /// <summary>Id of the question how a run goes on that can't go on by itself.</summary>
    public const string Resolve = "resolve";

    /// <summary>Ids of the questions that <c>promote</c> answers.</summary>
    public static string[] OfPromote => [Promote];

    /// <summary>Ids of the questions that <c>land --merged</c> answers.</summary>
    public static string[] OfLandMerged => [Resolve];

    /// <summary>Ids of the questions that <c>resolve</c> answers, the one that is meant first.</summary>
    public static string[] OfResolve => [Resolve, Promote];

    /// <summary>Id of the question what to do about an account that does not work.</summary>
    public const string Account = "account";

    /// <summary>Id of the question for more of a budget that all tasks share.</summary>
    /// <param name="kind">One of <see cref="BudgetKinds"/>.</param>
    public static string OfBudget(string kind) => $"budget-{kind}";

    /// <summary>One of the constants here, or a task's id: argument of <c>approve</c>, <c>reject</c>, <c>retry</c> or
    /// <c>skip</c>.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("question")]
    public required string Question { get; init; }

    /// <summary>Ways to answer it; the first is what is recommended.</summary>
    [JsonPropertyName("ways")]
    public IReadOnlyList<AnswerWay> Ways
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The commands of <see cref="Ways"/>, in the same order.</summary>
    [JsonPropertyName("commands")]
    public IReadOnlyList<string> Commands => [.. Ways.Select(way => way.Command)];

    /// <summary>True where the question says the reason of its task, or of the run, so that it need not stand beside it once
    /// more.</summary>
    [JsonPropertyName("saysReason")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SaysReason { get; init; }

    /// <summary>Identifies what a person is shown: the beginning of the SHA-256 of id and question. An answer that names it is refused
    /// where something else is asked by now. Computed from the text, so that it is always that of the text beside it.</summary>
    [JsonPropertyName("shown")]
    public string Shown =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Id}\n{Question}")))[
            ..16
        ];

    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>The question that an answer is meant for; null where none of them is asked.</summary>
    /// <param name="asked">All that is asked.</param>
    /// <param name="ids">Their ids, the one that is meant first.</param>
    public static RunQuestion? First(IReadOnlyList<RunQuestion> asked, IEnumerable<string> ids) =>
        ids.Select(id => asked.FirstOrDefault(question => question.Id == id)).FirstOrDefault(question => question is not null);
}
