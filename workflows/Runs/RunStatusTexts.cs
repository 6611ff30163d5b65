using System.Globalization;
using System.Text;

namespace Orchestrator.Workflows.Runs;

/// <summary>Formats a run's details, outages and dropped messages as text.</summary>
internal static class RunStatusTexts
{
    /// <summary>Maximum number of notes about unreadable messages in the status.</summary>
    private const int MostDropped = 10;

    /// <summary>Formats a run's details for Temporal's Web UI, as Markdown.</summary>
    public static string Describe(RunWorkflowState state)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"**{state.Run.State}** {state.Run.Reason}\n\n");
        // Runs started with Temporal tools seldom have a summary, and a workflow can't set its own.
        if (state.Run.Title.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{state.Run.Title} (`{state.Run.Repository}`)\n\n");
        }
        foreach (var (name, entries) in state.Board.ByState)
        {
            var names = entries.Take(8).Select(e => e.Id).ToList();
            var more = entries.Count > names.Count ? ", ..." : "";
            text.Append(CultureInfo.InvariantCulture, $"- {name}: {entries.Count} ({string.Join(", ", names)}{more})\n");
        }
        foreach (var question in UserQuestionBuilder.Of(state))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n**{question.Question}**\n\n");
            foreach (var way in question.Ways)
            {
                text.Append(CultureInfo.InvariantCulture, $"- `{way.Command}`{DescribeUpdate(state.RunId, question, way)}\n");
            }
        }
        return text.ToString();
    }

    private static string DescribeUpdate(string runId, RunQuestion question, SuggestedCommand way) =>
        SuggestedCommandToUpdateConverter.Of(runId, question, way) is var (update, input)
            ? $" or the update `{update}` with `{input}`"
            : "";

    /// <summary>
    /// Describes the purpose of a task's workflow, as Markdown. This text does not change; the workflow shows its progress in its own
    /// details.
    /// </summary>
    public static string DescribeTask(RunWorkflowState state, PlanTaskWithProgress entry)
    {
        var (outline, text) = (entry.Outline, new StringBuilder());
        text.Append(CultureInfo.InvariantCulture, $"`{outline.Id}` of the run `{state.RunId}` in `{state.Repository.Path}`.");
        if (outline.DependsOn.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n\nStarts from the merged work of `{string.Join("`, `", outline.DependsOn)}`.");
        }
        text.Append(CultureInfo.InvariantCulture, $"\n\n`orchestrate show {state.RunId}/{outline.Id}`");
        return TemporalUiTextTruncator.Details(text.ToString());
    }

    /// <summary>Returns current outages and failing activities, or null if there are none.</summary>
    public static OngoingOutagesReason? DescribeOutages(RunWorkflowState state)
    {
        var steps = state.Run.Failing.Where(f => f.Task.Length == 0).Select(Of).ToList();
        var open = state.Run.State is RunStateNames.Executing or RunStateNames.Reviewing ? state.Outages.Open : [];
        return steps.Count + open.Count == 0
            ? null
            : new OngoingOutagesReason(open.Count == 0 ? null : state.RunId, [.. open.Select(outage => outage.ToStatus())], steps);
    }

    /// <summary>Shows outages as the reason for the run's state, and removes this reason when they end.</summary>
    /// <param name="shown">The reason that was shown last.</param>
    /// <param name="now">Current time.</param>
    /// <returns>The reason that is shown now.</returns>
    public static OngoingOutagesReason? ShowOutages(RunWorkflowState state, OngoingOutagesReason? shown, DateTimeOffset now)
    {
        var down = DescribeOutages(state);
        if (
            StatusReasonFormatter.Of(down) != StatusReasonFormatter.Of(shown)
            && !state.IsEnding
            && (down is not null || state.Run.Why is OngoingOutagesReason)
        )
        {
            state.TransitionTo(state.Run.State, down, now);
        }
        return down;
    }

    /// <summary>
    /// Stores the list of activities that fail repeatedly, and shows each failure as the reason for the affected task's state.
    /// </summary>
    public static void HandleFailingActivities(RunWorkflowState state, IReadOnlyList<FailingActivityStatus> failing, DateTimeOffset now)
    {
        var before = state.Run.Failing;
        if (RunStateNames.IsFinal(state.Run.State) || before.SequenceEqual(failing))
        {
            return;
        }
        state.Run = state.Run with { Failing = failing };
        foreach (var gone in before.Where(f => failing.All(other => other.Task != f.Task)))
        {
            Explain(gone.Task, null, isOfHosts: gone.Hosts is not null);
        }
        foreach (var step in failing.Except(before))
        {
            Explain(step.Task, step, isOfHosts: step.Hosts is not null);
        }

        void Explain(string id, FailingActivityStatus? step, bool isOfHosts)
        {
            if (state.Board.TryFind(id) is not { AtWork: true } entry)
            {
                return;
            }
            // A host that refuses a task explains the task's wait. It is not a failing activity.
            if (entry.Progress.Why is WaitingForHostSlotReason waits && (step is null || step.Activity == ActivityNames.HoldPlace))
            {
                var refusal = step is null || isOfHosts ? null : new VerbatimQuote(step.Message);
                state.Board.Explain(entry, waits with { Refusal = refusal, Hosts = step?.Hosts }, now);
            }
            else if (!isOfHosts)
            {
                state.Board.Explain(entry, step is null ? null : Of(step), now);
            }
        }
    }

    /// <summary>
    /// Adds the number of suitable hosts to the reason of a task that has begun to wait for a host. The number comes from the list of
    /// failing activities.
    /// </summary>
    public static void AddHosts(RunWorkflowState state, PlanTaskWithProgress entry, DateTimeOffset now)
    {
        if (
            entry.Progress.Why is WaitingForHostSlotReason waits
            && state.Run.Failing.FirstOrDefault(f => f.Task == entry.Progress.Id)?.Hosts is { } hosts
            && hosts != waits.Hosts
        )
        {
            state.Board.Explain(entry, waits with { Hosts = hosts }, now);
        }
    }

    /// <summary>Records a dropped message as an event and in the status.</summary>
    public static void NoteDropped(RunWorkflowState state, string note, DateTimeOffset now)
    {
        var brief = PayloadSizeLimiter.Shorten(note);
        var earlier = state.Run.DroppedMessages.Where(known => known != brief);
        state.Run = state.Run with { DroppedMessages = [.. earlier.Append(brief).TakeLast(MostDropped)] };
        state.Note(new WorkflowMessageDroppedReason(new VerbatimQuote(note)), now);
    }

    private static ActivityFailingRepeatedlyReason Of(FailingActivityStatus step) =>
        new(step.Activity, step.Attempt - 1, new VerbatimQuote(step.Message));
}
