namespace Orchestrator.Workflows.Runs;

/// <summary>The questions for people follow from the state of the run and its tasks, so no question has to be withdrawn.</summary>
internal static class Questions
{
    /// <summary>The most questions that are shown at once; others follow when these are answered.</summary>
    private const int Most = 40;

    /// <summary>All that waits for a person, the oldest first.</summary>
    public static IReadOnlyList<RunQuestion> Of(RunState state) =>
        state.IsEnding || RunStates.IsFinal(state.Run.State)
            ? []
            :
            [
                .. OfRun(state).Concat(OfAccounts(state)).Concat(OfTasks(state).Take(Most)).OrderBy(q => q.Since).Take(Most),
                .. OfTheWhole(state),
            ];

    /// <summary>The question how the run as a whole goes on.</summary>
    private static IEnumerable<RunQuestion> OfTheWhole(RunState state) =>
        state.Run.State == RunStates.Escalated && state.Resolution is null
            ? [Ask(RunQuestion.Resolve, state.Since, $"How does this run go on? {state.Run.Reason}", WaysOut(state.RunId))]
            : [];

    private static IEnumerable<RunQuestion> OfRun(RunState state)
    {
        var (run, id) = (state.Run, state.RunId);
        if (run.State == RunStates.AwaitingApproval && state.PlanAnswer is null)
        {
            yield return Ask(
                RunQuestion.Plan,
                state.Since,
                $"May this run {(state.IsReplanning ? "go on with another plan" : "begin")}? {run.Reason} {Deadline(state, state.Since)}",
                $"orchestrate approve {id}/{RunQuestion.Plan}",
                $"orchestrate reject {id}/{RunQuestion.Plan}"
            );
        }
        if (run.State == RunStates.AwaitingPromotion && !state.PromoteAsked)
        {
            yield return Ask(
                RunQuestion.Promote,
                state.Since,
                $"{run.Reason} {Deadline(state, state.Since)}",
                [$"orchestrate promote {id}", .. WaysOut(id)]
            );
        }
        if (run.State == RunStates.Escalated && state.IsPromotionOverdue && !state.PromoteAsked)
        {
            yield return Ask(
                RunQuestion.Promote,
                state.Since,
                "Is its landing begun anew? It asks again where it has to.",
                $"orchestrate promote {id}"
            );
        }
    }

    /// <summary>Accounts that refuse to work: the run tries them again by itself, but only a person can mend them.</summary>
    private static IEnumerable<RunQuestion> OfAccounts(RunState state)
    {
        foreach (var outage in state.Outages.Open.Where(o => o.Name.Length > 0 && o.Until is null && !o.IsOver))
        {
            var waiting = state.Board.Entries.Where(e => !e.HasEnded && Outages.Concerns(outage, e.Outline)).ToList();
            if (waiting.Count > 0)
            {
                yield return Ask(
                    RunQuestion.Account,
                    waiting[0].Status.Since,
                    $"{Outages.NameOf(outage)} does not work, so "
                        + $"{(waiting.Count == 1 ? $"{waiting[0].Id} waits" : $"{waiting.Count} tasks wait")}. "
                        + "When you have mended it they go on by themselves, and at once with this:",
                    $"orchestrate retry {state.RunId}/{(waiting.Find(e => e.Status.State == TaskStates.Parked) ?? waiting[0]).Id}"
                );
            }
        }
    }

    private static IEnumerable<RunQuestion> OfTasks(RunState state)
    {
        var id = state.RunId;
        foreach (var entry in state.Board.In(TaskStates.Blocked))
        {
            yield return Ask(
                entry,
                $"{entry.Id} is blocked: {entry.Status.Reason}",
                $"orchestrate retry {id}/{entry.Id} --guidance TEXT",
                $"orchestrate cancel {id}/{entry.Id}"
            );
        }
        foreach (var entry in state.Board.In(TaskStates.AwaitingApproval).Where(e => !e.State.AnswerSent))
        {
            string[] answers = [$"orchestrate approve {id}/{entry.Id}", $"orchestrate reject {id}/{entry.Id}"];
            yield return entry is { AtWork: true, Status.Asks: not null }
                ? Ask(entry, $"{entry.Status.Reason} {Deadline(state, entry.Status.Since)}", answers)
            : entry.AtWork
                ? Ask(
                    entry,
                    $"May {entry.Id} be merged ({CommitIds.Shorten(entry.Status.Commit)})? {entry.Status.Reason} "
                        + Deadline(state, entry.Status.Since),
                    [$"orchestrate diff {id}/{entry.Id}", .. answers]
                )
            : Ask(entry, $"May {entry.Id} start? {entry.Outline.Title} {Deadline(state, entry.Status.Since)}", answers);
        }
        if (
            state.Run.State == RunStates.Planning
            && state.Input.NeedsPlanner
            && state.Board.TryFind(PlannerTask.Id) is { HasEnded: true, Status.State: not TaskStates.Planned } planner
        )
        {
            yield return Ask(
                planner,
                $"The planner is {planner.Status.State}: {planner.Status.Reason}",
                $"orchestrate retry {id}/{planner.Id} --guidance TEXT"
            );
        }
        // Merged work can land without the failed tasks.
        string[] landing = state.Board.Unlanded.Any() ? [$"orchestrate land {id} --merged"] : [];
        foreach (var entry in state.Run.State == RunStates.Escalated ? Scheduling.EndedBadly(state.Board) : [])
        {
            yield return entry.State.LeftOut
                ? Ask(
                    entry,
                    $"{entry.Id} was cancelled, and {string.Join(", ", state.Board.SkippedFor(entry).Select(e => e.Id).Take(5))} "
                        + "can't run without it.",
                    $"orchestrate cancel {id}/{entry.Id} --dependants",
                    $"orchestrate skip {id}/{entry.Id}",
                    $"orchestrate retry {id}/{entry.Id} --guidance TEXT"
                )
                : Ask(
                    entry,
                    $"{entry.Id} is {entry.Status.State}: {entry.Status.Reason}",
                    [
                        $"orchestrate retry {id}/{entry.Id} --guidance TEXT",
                        $"orchestrate skip {id}/{entry.Id}",
                        $"orchestrate cancel {id}/{entry.Id}",
                        .. landing,
                    ]
                );
        }
    }

    /// <summary>What no answer means, and after what time: for approvals and promotion. No other question has a time limit.</summary>
    private static string Deadline(RunState state, DateTimeOffset since) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"(Without an answer by {(since + state.Rules.ApprovalTimeout).UtcDateTime:yyyy-MM-dd HH:mm}Z it is a no.)"
        );

    private static string[] WaysOut(string id) =>
        [$"orchestrate report {id} --escalation", .. Resolutions.All.Select(way => $"orchestrate resolve {id} {way}")];

    private static RunQuestion Ask(TaskEntry entry, string question, params string[] commands) =>
        Ask(entry.Id, entry.Status.Since, question, commands);

    private static RunQuestion Ask(string id, DateTimeOffset since, string question, params string[] commands) =>
        new()
        {
            Id = id,
            Question = question,
            Commands = commands,
            Since = since,
        };
}
