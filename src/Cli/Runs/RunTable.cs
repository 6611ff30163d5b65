using System.Globalization;
using Orchestrator.Cli.Console;
using Orchestrator.Messages;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Runs;

/// <summary>A run as lines of text that fit a screen: running tasks come first, done ones last.</summary>
internal static class RunTable
{
    private const int StateWidth = 11;
    private const int TimeWidth = 7;
    private const int CostWidth = 8;
    private const int TokensWidth = 5;
    private const int WideEnoughForTokens = 100;
    private const int LongestId = 24;

    /// <summary>Draws the run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="doing">Present activity of agents and waiting gates, by task id; tasks without an entry show their reason. Under an
    /// empty id for the run itself.</param>
    /// <param name="now">The present time.</param>
    /// <param name="width">Columns; no line is longer.</param>
    /// <param name="height">Maximum of lines; tasks that do not fit are counted in the last one.</param>
    public static IReadOnlyList<string> Draw(
        RunStatus run,
        IReadOnlyDictionary<string, string> doing,
        DateTimeOffset now,
        int width,
        int height
    )
    {
        width = Math.Max(width, 40);
        var lines = new List<string> { TextCells.Cut(Head(run, now), width) };
        if (run.Reason.Length > 0)
        {
            lines.Add(TextCells.Cut(UntrustedText.Mark + TextCells.OneLine(LocalTimes.In(run.Reason)), width));
        }
        if (doing.GetValueOrDefault("") is { } ofRun)
        {
            lines.Add(TextCells.Cut(UntrustedText.Mark + TextCells.OneLine(ofRun), width));
        }
        if (
            !RunStates.IsFinal(run.State)
            && run.Warnings.LastOrDefault(w => w.StartsWith(RunStatus.DroppedMessage, StringComparison.Ordinal)) is { } dropped
        )
        {
            lines.Add(TextCells.Cut("! " + TextCells.OneLine(dropped), width));
        }
        var questions = run
            .Questions.Take(3)
            .Select(question => TextCells.Cut("? " + TextCells.OneLine(question.Question), width))
            .ToList();
        var room = Math.Max(1, height - lines.Count - questions.Count);
        var shown = run.Tasks.Count <= room ? run.Tasks : [.. run.Tasks.OrderBy(Urgency).Take(room - 1)];
        var idWidth = Math.Clamp(
            run.Tasks.Count == 0 ? 0 : run.Tasks.Max(task => TextCells.Of(task.Id)),
            4,
            Math.Min(LongestId, width / 4)
        );
        lines.AddRange(shown.Select(task => Row(task, doing.GetValueOrDefault(task.Id), now, idWidth, width)));
        if (shown.Count < run.Tasks.Count)
        {
            lines.Add(TextCells.Cut("  ... and " + Rest(run.Tasks.Except(shown)), width));
        }
        lines.AddRange(questions);
        return lines;
    }

    /// <summary>A duration for people: <c>0:42</c>, <c>12:05</c>, <c>3:07:12</c>.</summary>
    public static string Time(TimeSpan time)
    {
        var seconds = Math.Max(0, (long)time.TotalSeconds);
        return seconds < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }

    /// <summary>A person has paused the run, and it has not ended since.</summary>
    public static bool IsHeld(RunStatus run) => run.Paused && !RunStates.IsFinal(run.State);

    private static string Head(RunStatus run, DateTimeOffset now)
    {
        var counts = run.Counts ?? RunCounts.Of(run);
        var end = RunStates.IsFinal(run.State) ? run.UpdatedAt : now;
        var command = run.Standing == RunStanding.Interrupted ? $": orchestrate resume {run.RunId}" : "";
        var head =
            $"{run.RunId}  {RunStanding.Describe(run)}{command}  {Time(end - run.StartedAt)}{(run.Cost > 0 ? "  " + Cost(run.Cost) : "")}";
        if (counts.Brief() is { Length: > 0 } counted)
        {
            head += $"  {counted}";
        }
        return counts.AtWork > 0 ? string.Create(CultureInfo.InvariantCulture, $"{head}  {counts.AtWork} at work") : head;
    }

    private static string Row(RunTask task, string? doing, DateTimeOffset now, int idWidth, int width)
    {
        var isDoing = (TaskStates.HoldsSlot(task.State) || task.State == TaskStates.Merging) && doing is { Length: > 0 };
        var text = TextCells.OneLine(
            isDoing ? doing!
            : task.Reason.Length > 0 ? LocalTimes.In(task.Reason)
            : task.QueuePosition is { } place
                ? string.Create(CultureInfo.InvariantCulture, $"number {place} of those that wait to be merged")
            : task.Title
        );
        if (task.Attempt > 1 && !TaskStates.IsDone(task.State))
        {
            text = string.Create(CultureInfo.InvariantCulture, $"attempt {task.Attempt}: {text}");
        }
        if (task.UnreadMail > 0)
        {
            text = $"({RunLines.Unread(task)}) {text}";
        }
        var time = task.StartedAt is { } start ? Time((task.EndedAt ?? now) - start) : "";
        var cost = task.Cost > 0 ? Cost(task.Cost) : "";
        var left = $"{Mark(task)} {Fit(task.Id, idWidth)} {Fit(StateOf(task), StateWidth)} ";
        var tokens = width >= WideEnoughForTokens && task.Tokens > 0 ? Tokens(task.Tokens).PadLeft(TokensWidth) + " " : "";
        var right = $" {time.PadLeft(TimeWidth)} {tokens}{cost.PadLeft(CostWidth)}";
        var room = width - TextCells.Of(left) - right.Length;
        return room < 8
            ? TextCells.Cut(left.TrimEnd() + right, width)
            : (left + (isDoing ? TextCells.Pad(TextCells.CutMiddle(text, room), room) : Fit(text, room)) + right).TrimEnd();
    }

    private static string Fit(string text, int width) => TextCells.Pad(TextCells.Cut(text, width), width);

    private static string StateOf(RunTask task) => task.Paused ? "paused" : task.State;

    private static char Mark(RunTask task) =>
        task.State switch
        {
            TaskStates.Merged or TaskStates.Resolved or TaskStates.Planned or TaskStates.Reviewed => '+',
            TaskStates.Failed or TaskStates.Escalated => '!',
            TaskStates.Blocked or TaskStates.AwaitingApproval => '?',
            TaskStates.Skipped or TaskStates.Cancelled or TaskStates.Waived or TaskStates.Superseded or TaskStates.NotAsked => '-',
            _ => TaskStates.HoldsSlot(task.State) || task.State == TaskStates.Merging ? '>' : ' ',
        };

    // What needs a person comes first when not everything fits.
    private static int Urgency(RunTask task) =>
        Mark(task) switch
        {
            '?' => 0,
            '!' => 1,
            '>' => 2,
            ' ' => 3,
            '-' => 4,
            _ => 5,
        };

    private static string Rest(IEnumerable<RunTask> tasks)
    {
        var groups = tasks.GroupBy(task => task.State).Select(group => $"{group.Count()} {group.Key}").ToList();
        return string.Join(", ", groups);
    }

    /// <summary>Tokens in short form: <c>842</c>, <c>12k</c>, <c>3.4M</c>.</summary>
    public static string Tokens(long tokens) =>
        tokens < 1000 ? tokens.ToString(CultureInfo.InvariantCulture)
        : tokens < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{tokens / 1000}k")
        : string.Create(CultureInfo.InvariantCulture, $"{tokens / 1_000_000.0:0.0}M");

    private static string Cost(decimal cost) => string.Create(CultureInfo.InvariantCulture, $"${cost:0.00}");
}
