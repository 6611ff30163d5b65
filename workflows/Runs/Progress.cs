using System.Globalization;
using System.Text;

namespace Orchestrator.Workflows.Runs;

/// <summary>Texts about a run beside its states.</summary>
internal static class Progress
{
    /// <summary>The number of notes of unreadable messages in the status.</summary>
    private const int MostDropped = 10;

    /// <summary>The run's details for the Web UI, as Markdown.</summary>
    public static string Describe(RunState state)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"**{state.Run.State}** {state.Run.Reason}\n\n");
        // Who starts a run with a tool of Temporal seldom gives it a summary, and a workflow can't give itself one.
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
        foreach (var question in Questions.Of(state))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n**{question.Question}**\n\n");
            foreach (var way in question.Ways)
            {
                text.Append(CultureInfo.InvariantCulture, $"- `{way.Command}`{DescribeUpdate(state.RunId, question, way)}\n");
            }
        }
        return text.ToString();
    }

    private static string DescribeUpdate(string runId, RunQuestion question, AnswerWay way) =>
        AnswerUpdates.Of(runId, question, way) is var (update, input) ? $" or the update `{update}` with `{input}`" : "";

    /// <summary>The purpose of a task's workflow, as Markdown that stays: its progress is in its own details.</summary>
    public static string DescribeTask(RunState state, TaskEntry entry)
    {
        var (outline, text) = (entry.Outline, new StringBuilder());
        text.Append(CultureInfo.InvariantCulture, $"`{outline.Id}` of the run `{state.RunId}` in `{state.Repository.Path}`.");
        if (outline.DependsOn.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n\nStarts from the merged work of `{string.Join("`, `", outline.DependsOn)}`.");
        }
        text.Append(CultureInfo.InvariantCulture, $"\n\n`orchestrate show {state.RunId}/{outline.Id}`");
        return DisplayText.Details(text.ToString());
    }

    /// <summary>The part that does not work; null if all does.</summary>
    public static NotWorking? WhatIsDown(RunState state)
    {
        var steps = state.Run.Failing.Where(f => f.Task.Length == 0).Select(Of).ToList();
        var open = state.Run.State is RunStates.Executing or RunStates.Reviewing ? state.Outages.Open : [];
        return steps.Count + open.Count == 0
            ? null
            : new NotWorking(open.Count == 0 ? null : state.RunId, [.. open.Select(outage => outage.ToStatus())], steps);
    }

    /// <summary>Shows outages as the reason of the run's state, and removes it when all works again.</summary>
    /// <param name="shown">What was shown last.</param>
    /// <param name="now">The time.</param>
    /// <returns>What is shown now.</returns>
    public static NotWorking? ShowOutages(RunState state, NotWorking? shown, DateTimeOffset now)
    {
        var down = WhatIsDown(state);
        if (ReasonText.Of(down) != ReasonText.Of(shown) && !state.IsEnding && (down is not null || state.Run.Why is NotWorking))
        {
            state.TransitionTo(state.Run.State, down, now);
        }
        return down;
    }

    /// <summary>Handles the list of activities that fail again and again, and marks the tasks that they belong to.</summary>
    public static void TakeInFailing(RunState state, IReadOnlyList<FailingActivity> failing, DateTimeOffset now)
    {
        var before = state.Run.Failing;
        if (RunStates.IsFinal(state.Run.State) || before.SequenceEqual(failing))
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

        void Explain(string id, FailingActivity? step, bool isOfHosts)
        {
            if (state.Board.TryFind(id) is not { AtWork: true } entry)
            {
                return;
            }
            // A host that refuses a task is no step that fails: it is what the task waits for.
            if (entry.Progress.Why is WaitsForHost waits && (step is null || step.Activity == ActivityNames.HoldPlace))
            {
                var refusal = step is null || isOfHosts ? null : new Quote(step.Message);
                state.Board.Explain(entry, waits with { Refusal = refusal, Hosts = step?.Hosts }, now);
            }
            else if (!isOfHosts)
            {
                state.Board.Explain(entry, step is null ? null : Of(step), now);
            }
        }
    }

    /// <summary>A task that has come to wait for a host says what is known of hosts already.</summary>
    public static void AddHosts(RunState state, TaskEntry entry, DateTimeOffset now)
    {
        if (
            entry.Progress.Why is WaitsForHost waits
            && state.Run.Failing.FirstOrDefault(f => f.Task == entry.Progress.Id)?.Hosts is { } hosts
            && hosts != waits.Hosts
        )
        {
            state.Board.Explain(entry, waits with { Hosts = hosts }, now);
        }
    }

    /// <summary>Records a dropped message as an event, and in the status.</summary>
    public static void NoteDropped(RunState state, string note, DateTimeOffset now)
    {
        var brief = PayloadPaging.Brief(note);
        var earlier = state.Run.DroppedMessages.Where(known => known != brief);
        state.Run = state.Run with { DroppedMessages = [.. earlier.Append(brief).TakeLast(MostDropped)] };
        state.Note(new MessageDropped(new Quote(note)), now);
    }

    private static StepFailing Of(FailingActivity step) => new(step.Activity, step.Attempt - 1, new Quote(step.Message));
}
