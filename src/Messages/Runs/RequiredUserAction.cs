namespace Orchestrator.Messages;

/// <summary>
/// An action that a run requires from users. All views of required actions use this type. Tasks that require the same action are grouped
/// into one action, which has a recommended command.
/// </summary>
/// <param name="What">The required action as a sentence. It ends with a colon if <paramref name="Each"/> follows.</param>
/// <param name="Each">The required actions of several tasks, without duplicates.</param>
/// <param name="Ways">Commands that perform the action, the recommended one first. If there are several tasks, the commands are for the
/// first one.</param>
/// <param name="Likewise">Ids of the other tasks for which the first command works in the same way.</param>
/// <param name="Questions">Ids of the questions that the step answers.</param>
/// <param name="SaysReasonOfRun">True if the step contains the reason for the run's state, so that the reason need not be shown again next
/// to it.</param>
public sealed record RequiredUserAction(
    string What,
    IReadOnlyList<string> Each,
    IReadOnlyList<SuggestedCommand> Ways,
    IReadOnlyList<string> Likewise,
    IReadOnlyList<string> Questions,
    bool SaysReasonOfRun
)
{
    private const int MostNamed = 10;

    /// <summary>
    /// Command lines of the recommended commands. There are two if the first applies to the whole run and the second to one task.
    /// </summary>
    public IReadOnlyList<string> Recommended => [.. Ways.Take(Leading(Ways)).Select(FormatAction)];

    /// <summary>Command lines of all commands other than the recommended ones.</summary>
    public IReadOnlyList<string> Others => [.. Ways.Skip(Leading(Ways)).Select(way => way.Command)];

    private static int Leading(IReadOnlyList<SuggestedCommand> ways) =>
        ways is [var first, var second, ..] && !IsOfTask(first) && IsOfTask(second) ? 2 : 1;

    private string FormatAction(SuggestedCommand way) =>
        Likewise.Count == 0 || !IsOfTask(way) ? way.Command : $"{way.Command}   # the same for {TaskIdList.First(Likewise, MostNamed)}";

    private static bool IsOfTask(SuggestedCommand way) => way.Target.Contains('/', StringComparison.Ordinal);

    /// <summary>
    /// Returns the actions that a run currently requires, most urgent first. Decisions about the run and approvals of tasks come first,
    /// followed by questions of waiting agents and then by failures.
    /// </summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    public static IReadOnlyList<RequiredUserAction> Of(RunStatus run)
    {
        var tasks = run.Tasks.Index().ToDictionary(task => task.Item.Id, StringComparer.Ordinal);
        // Tasks are in the order of the plan, regardless of when they asked.
        var asked = run
            .Questions.OrderBy(question => tasks.TryGetValue(question.Id, out var task) ? task.Index : -1)
            .Select(question => (Question: question, Task: (RunTaskStatus?)tasks.GetValueOrDefault(question.Id).Item))
            .ToList();
        // A question about the whole run has its own step only if no task has a question.
        var hasBadEnds = asked.Exists(a => KindOf(a.Task) == RequiredUserActionKind.BadEnd);
        return
        [
            .. asked
                .Where(a => !hasBadEnds || a.Question.Id != RunQuestion.Resolve)
                .GroupBy(a =>
                    a.Task is not null ? (KindOf(a.Task), "")
                    : a.Question.Id == RunQuestion.Resolve ? (RequiredUserActionKind.Whole, "")
                    : (RequiredUserActionKind.Run, a.Question.Id)
                )
                .OrderBy(group => group.Key.Item1)
                .Select(group => Of([.. group], hasBadEnds ? asked.Find(a => a.Question.Id == RunQuestion.Resolve).Question : null)),
        ];
    }

    private static RequiredUserAction Of(IReadOnlyList<(RunQuestion Question, RunTaskStatus? Task)> asked, RunQuestion? whole)
    {
        var (first, task) = asked[0];
        var kind = KindOf(task);
        var of = kind == RequiredUserActionKind.BadEnd ? whole : null;
        return new RequiredUserAction(
            asked.Count == 1
                ? Sentence(task is null ? first.Question : One(first, task))
                : $"{Plural.Of(asked.Count, "task")} {Several(kind)}:",
            asked.Count == 1 ? [] : [.. GroupCommands(asked)],
            [
                .. first.Ways.Take(Leading(first.Ways)),
                .. asked
                    .SelectMany(a => a.Question.Ways.Skip(Leading(a.Question.Ways)))
                    .Concat(of?.Ways ?? [])
                    .Distinct()
                    .Except(first.Ways.Take(Leading(first.Ways))),
            ],
            [.. asked.Skip(1).Select(a => a.Question.Id)],
            [.. asked.Select(a => a.Question.Id), .. of is null ? Array.Empty<string>() : [of.Id]],
            task is null && first.SaysReason
        );
    }

    private static string One(RunQuestion question, RunTaskStatus task) =>
        StateOf(task) is { } state ? $"{task.Id} {state}" : question.Question;

    // Several tasks may require the same action.
    private static IEnumerable<string> GroupCommands(IEnumerable<(RunQuestion Question, RunTaskStatus? Task)> asked) =>
        asked
            .GroupBy(a => StateOf(a.Task!) ?? a.Question.Question, StringComparer.Ordinal)
            .Select(alike =>
                StateOf(alike.First().Task!) is { } state
                    ? $"{TaskIdList.First([.. alike.Select(a => a.Question.Id)], MostNamed)} {state}"
                    : alike.Key
            );

    // Null means that the question contains enough information.
    private static string? StateOf(RunTaskStatus task) =>
        KindOf(task) == RequiredUserActionKind.Approval || task.Reason.Length == 0 || task.State == TaskStateNames.Cancelled
            ? null
            : $"{(task.State == TaskStateNames.Blocked ? "asks" : task.State)}: {task.Reason}";

    private static string Several(RequiredUserActionKind kind) =>
        kind switch
        {
            RequiredUserActionKind.Approval => "wait for your approval",
            RequiredUserActionKind.Blocked => "ask you something",
            _ => "failed",
        };

    private static string Sentence(string text) =>
        text.TrimEnd() is var said && said.Length > 0 && said[^1] is '.' or '?' or '!' or ')' or ':' ? text : text.TrimEnd() + ".";

    private static RequiredUserActionKind KindOf(RunTaskStatus? task) =>
        task?.State switch
        {
            null => RequiredUserActionKind.Run,
            TaskStateNames.AwaitingApproval => RequiredUserActionKind.Approval,
            TaskStateNames.Blocked => RequiredUserActionKind.Blocked,
            _ => RequiredUserActionKind.BadEnd,
        };

    private enum RequiredUserActionKind
    {
        Run,
        Approval,
        Blocked,
        BadEnd,
        Whole,
    }
}
