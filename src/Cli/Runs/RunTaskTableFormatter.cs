using System.Globalization;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Formats a run as lines of text, with running tasks first and completed tasks last. On a screen, lines that do not fit are cut.
/// </summary>
internal static class RunTaskTableFormatter
{
    /// <summary>Width of piped output, in which no line is cut.</summary>
    public const int Unlimited = int.MaxValue;

    private const int WideEnoughForTokens = 100;
    private const int LeastText = 8;
    private const int MostRowsOfReason = 3;

    // A live table has few rows, so only the most important limits are shown: shared budgets and usage limits first.
    private const int MostLimits = 4;

    /// <summary>Draws the table of a run's tasks.</summary>
    /// <param name="run">The run.</param>
    /// <param name="doing">Current activity of agents and waiting gates, by task id. The activity of the run itself has an empty id. Tasks
    /// without an entry show their reason.</param>
    /// <param name="now">Current time.</param>
    /// <param name="width">Maximum number of columns in a line, or <see cref="Unlimited"/> to cut none.</param>
    /// <param name="height">Maximum number of lines. Tasks that do not fit are counted in the last one.</param>
    /// <param name="stepsFollow">True if questions to the user are shown below the table and therefore omitted from it.</param>
    /// <param name="asGraph">True to indent tasks below the tasks for which they wait, if all tasks fit.</param>
    public static IReadOnlyList<ScreenLine> RenderTable(
        RunStatus run,
        IReadOnlyDictionary<string, string> doing,
        DateTimeOffset now,
        int width,
        int height,
        bool stepsFollow = false,
        bool asGraph = false
    )
    {
        width = Math.Max(width, 40);
        var lines = new List<ScreenLine>(TextWrapper.Of(Head(run, now), width).Select((row, i) => i == 0 ? HeadLine(run, row) : row));
        var steps = stepsFollow ? RequiredUserAction.Of(run) : [];
        if (run.Reason.Length > 0 && !steps.Any(step => step.SaysReasonOfRun))
        {
            AddRemark(TextCellWidth.OneLine(LocalTimeFormatter.In(run.Reason)));
        }
        if (doing.GetValueOrDefault("") is { } ofRun)
        {
            AddRemark(TextCellWidth.OneLine(ofRun));
        }
        foreach (var limit in BudgetText.Lines(run.Budgets).Take(stepsFollow ? int.MaxValue : MostLimits))
        {
            AddRemark(TextCellWidth.OneLine(LocalTimeFormatter.In(limit)));
        }
        if (!RunStateNames.IsFinal(run.State) && run.DroppedMessages is [.., var dropped])
        {
            lines.Add(TextCellWidth.Cut("! " + TextCellWidth.OneLine(RunWarningCollector.Dropped(dropped)), width));
        }
        // A task's own question is omitted because it is the reason in the task's row.
        var questions = run
            .Questions.Where(question => !stepsFollow && !run.Tasks.Any(task => task.Id == question.Id) && !question.SaysReason)
            .Take(3)
            .Select(question => TextCellWidth.Cut("? " + TextCellWidth.OneLine(LocalTimeFormatter.In(question.Question)), width))
            .ToList();
        lines.AddRange(Rows(run, doing, now, width, Math.Max(1, height - lines.Count - questions.Count), steps, asGraph));
        lines.AddRange(questions.Select(question => new ScreenLine(question, TextTone.Asks, 0, 1)));
        return lines;

        // A live table limits the rows of a long reason. The final screen of a run shows all of them, including the fix at the end.
        void AddRemark(string text) =>
            lines.AddRange(
                TextWrapper
                    .Of(text, width - UntrustedText.Mark.Length)
                    .Take(stepsFollow ? int.MaxValue : MostRowsOfReason)
                    .Select(row => (ScreenLine)(UntrustedText.Mark + row))
            );
    }

    /// <summary>Draws only the rows of the tasks.</summary>
    /// <param name="run">The run.</param>
    /// <param name="now">Current time.</param>
    /// <param name="width">Maximum number of columns; see <see cref="RenderTable"/>.</param>
    public static IEnumerable<ScreenLine> RenderRows(RunStatus run, DateTimeOffset now, int width) =>
        Rows(run, new Dictionary<string, string>(), now, width, int.MaxValue, RequiredUserAction.Of(run), asGraph: false);

    private static IEnumerable<ScreenLine> Rows(
        RunStatus run,
        IReadOnlyDictionary<string, string> doing,
        DateTimeOffset now,
        int width,
        int room,
        IReadOnlyList<RequiredUserAction> steps,
        bool asGraph
    )
    {
        var shown = run.Tasks.Count <= room ? run.Tasks : [.. run.Tasks.OrderBy(Urgency).Take(room - 1)];
        var branches =
            asGraph && shown.Count == run.Tasks.Count
                ? TaskDependencyTreeFormatter.Of(shown)
                : [.. shown.Select(task => new TaskDependencyTreeRow(task, "", []))];
        var cells = branches.Select(branch => Cells(run, branch, doing.GetValueOrDefault(branch.Task.Id), now, steps)).ToList();
        var idWidth = Math.Max(4, cells.Select(row => TextCellWidth.Of(row.Id)).DefaultIfEmpty().Max());
        var stateWidth = cells.Select(row => row.State.Length).DefaultIfEmpty().Max();
        var longest = cells.Select(row => TextCellWidth.Of(row.Text)).DefaultIfEmpty().Max();
        // A column without any content is omitted.
        List<Func<TaskRowCells, string>> columns =
        [
            row => row.Time,
            row => width >= WideEnoughForTokens ? row.Tokens : "",
            row => row.Cost,
        ];
        var widths = columns.ConvertAll(column => cells.Select(row => column(row).Length).DefaultIfEmpty().Max());
        string Figures(TaskRowCells row) =>
            string.Concat(columns.Zip(widths, (column, figures) => figures == 0 ? "" : "  " + column(row).PadLeft(figures)));
        // Names get a quarter of the screen, and the space that the texts leave.
        idWidth = Math.Min(
            idWidth,
            width == Unlimited
                ? idWidth
                : Math.Max(Math.Max(4, width / 4), width - stateWidth - longest - 4 - widths.Sum(figures => figures == 0 ? 0 : figures + 2))
        );
        foreach (var row in cells)
        {
            yield return Row(row, idWidth, stateWidth, Figures(row), width, longest);
        }
        if (shown.Count < run.Tasks.Count)
        {
            yield return TextCellWidth.Cut("  ... and " + Rest(run.Tasks.Except(shown)), width);
        }
    }

    private static ScreenLine HeadLine(RunStatus run, string text) =>
        new(text, ToneOf(run), NameOf(run).Length + 2, RunLivenessClassifier.Describe(run).Length);

    private static string Head(RunStatus run, DateTimeOffset now)
    {
        var counts = run.Counts ?? RunTaskCounts.Of(run);
        var command =
            run.Standing == RunLivenessClassifier.Interrupted ? $": orchestrate {(run.Away is null ? "resume" : "move")} {run.RunId}" : "";
        // Time in which the run waits for the user does not count as working time.
        var (atWork, waits) = RunElapsed.Of(run, now);
        var head =
            $"{NameOf(run)}  {RunLivenessClassifier.Describe(run)}{command}  {DurationAndTokenFormatter.Time(atWork)}"
            + $"{(waits > TimeSpan.Zero ? $" and waits {DurationAndTokenFormatter.Time(waits)}" : "")}"
            + $"{(run.Cost > 0 ? "  " + Cost(run.Cost) : "")}";
        if (counts.FormatShort() is { Length: > 0 } counted)
        {
            head += $"  {counted}";
        }
        return counts.AtWork > 0 ? string.Create(CultureInfo.InvariantCulture, $"{head}  {counts.AtWork} at work") : head;
    }

    // A run that another client started may have an id that is invalid for folders and branches, so the derived name is also shown.
    private static string NameOf(RunStatus run) =>
        StoredRun.NameOf(run.RunId) is var name && name != run.RunId ? $"{run.RunId} ({name})" : run.RunId;

    private sealed record TaskRowCells(
        char Mark,
        string Id,
        string State,
        string Text,
        bool IsPath,
        string Time,
        string Tokens,
        string Cost,
        TextTone Tone
    );

    private static TaskRowCells Cells(
        RunStatus run,
        TaskDependencyTreeRow branch,
        string? doing,
        DateTimeOffset now,
        IReadOnlyList<RequiredUserAction> steps
    )
    {
        var task = branch.Task;
        var isDoing = (TaskStateNames.HoldsSlot(task.State) || task.State == TaskStateNames.Merging) && doing is { Length: > 0 };
        var isAsked = steps.Any(step => step.Questions.Contains(task.Id));
        var text = TextCellWidth.OneLine(
            isDoing ? doing!
            : TaskStateNames.IsDone(task.State) || isAsked ? Done(task, isAsked)
            : task.Reason.Length > 0 && !IsSaidOfRun(run, task) ? LocalTimeFormatter.In(task.Reason)
            : task.QueuePosition is { } place ? string.Create(CultureInfo.InvariantCulture, $"number {place} in the merge queue")
            : task.Title
        );
        if (task.Attempt > 1 && !TaskStateNames.IsDone(task.State))
        {
            text = string.Create(CultureInfo.InvariantCulture, $"attempt {task.Attempt}: {text}");
        }
        if (task.State == TaskStateNames.Pending && branch.Also.Count > 0)
        {
            text = $"(also depends on {string.Join(", ", branch.Also)}) {text}";
        }
        if (task.Host is { } host && !TaskStateNames.IsEnd(task.State))
        {
            text = $"(on {host}) {text}";
        }
        if (task.UnreadMail > 0)
        {
            text = $"({RunEventTimeline.Unread(task)}) {text}";
        }
        // Time in which the task waits for the user does not count as working time.
        var waits = task.State is TaskStateNames.Blocked or TaskStateNames.AwaitingApproval;
        if (waits && now - task.Since is var waited && waited > TimeSpan.FromMinutes(1))
        {
            text = $"(waits {DurationAndTokenFormatter.Time(waited)}) {text}";
        }
        return new TaskRowCells(
            Mark(task),
            branch.Rails + task.Id,
            task.Paused ? "paused" : task.State,
            text,
            isDoing,
            task.StartedAt is { } start ? DurationAndTokenFormatter.Time((task.EndedAt ?? (waits ? task.Since : now)) - start) : "",
            task.Tokens > 0 ? DurationAndTokenFormatter.Tokens(task.Tokens) : "",
            task.Cost > 0 ? Cost(task.Cost) : "",
            ToneOf(task)
        );
    }

    // The row of a done task shows its title first, and then remarks on its result.
    private static string Done(RunTaskStatus task, bool isAsked) =>
        task.Title.Length == 0 ? (isAsked ? "" : LocalTimeFormatter.In(task.Reason))
        : isAsked || task.Reason.Length == 0 || !TaskStateNames.IsDone(task.State) ? task.Title
        : $"{task.Title}  ({LocalTimeFormatter.In(task.Reason)})";

    private static ScreenLine Row(TaskRowCells row, int idWidth, int stateWidth, string right, int width, int longest)
    {
        var left = $"{row.Mark} {TextCellWidth.Pad(TextCellWidth.CutMiddle(row.Id, idWidth), idWidth)} {row.State.PadRight(stateWidth)} ";
        var room = width == Unlimited ? longest : width - TextCellWidth.Of(left) - right.Length;
        var text =
            room < LeastText
                ? TextCellWidth.Cut(left.TrimEnd() + right, width)
                : (
                    left
                    + (row.IsPath ? TextCellWidth.Pad(TextCellWidth.CutMiddle(row.Text, room), room) : PadOrCut(row.Text, room))
                    + right
                ).TrimEnd();
        return new ScreenLine(text, row.Tone, 0, Math.Min(text.Length, left.TrimEnd().Length));
    }

    // The line above the table already reports outages.
    private static bool IsSaidOfRun(RunStatus run, RunTaskStatus task) =>
        run.Why is OngoingOutagesReason
        && task.Outage is { } of
        && run.Outages.Any(outage => outage.Account == of)
        && task.Title.Length > 0;

    private static string PadOrCut(string text, int width) => TextCellWidth.Pad(TextCellWidth.Cut(text, width), width);

    private static char Mark(RunTaskStatus task) =>
        task.State switch
        {
            TaskStateNames.Merged or TaskStateNames.Kept or TaskStateNames.Resolved or TaskStateNames.Planned or TaskStateNames.Reviewed =>
                '+',
            TaskStateNames.Failed or TaskStateNames.Escalated => '!',
            TaskStateNames.Blocked or TaskStateNames.AwaitingApproval => '?',
            TaskStateNames.Skipped
            or TaskStateNames.Cancelled
            or TaskStateNames.Waived
            or TaskStateNames.Superseded
            or TaskStateNames.NotAsked
            or TaskStateNames.Findings => '-',
            _ when RunTaskCounts.IsHeldBack(task) => ' ',
            _ => TaskStateNames.HoldsSlot(task.State) || task.State == TaskStateNames.Merging ? '>' : ' ',
        };

    private static TextTone ToneOf(RunTaskStatus task) =>
        Mark(task) switch
        {
            '+' => TextTone.Good,
            '!' => TextTone.Bad,
            '?' => TextTone.Asks,
            '-' => TextTone.Faint,
            '>' => TextTone.Busy,
            _ => task.State == TaskStateNames.Parked ? TextTone.Asks : TextTone.Plain,
        };

    private static TextTone ToneOf(RunStatus run) =>
        (run.Standing ?? RunLivenessClassifier.Of(run)) switch
        {
            RunLivenessClassifier.Ended => run.State == RunStateNames.Completed ? TextTone.Good : TextTone.Bad,
            RunLivenessClassifier.NeedsPerson or RunLivenessClassifier.Interrupted => TextTone.Asks,
            RunLivenessClassifier.Moving => TextTone.Busy,
            _ => TextTone.Plain,
        };

    // If not everything fits, tasks that need attention come first.
    private static int Urgency(RunTaskStatus task) =>
        Mark(task) switch
        {
            '?' => 0,
            '!' => 1,
            '>' => 2,
            ' ' => 3,
            '-' => 4,
            _ => 5,
        };

    private static string Rest(IEnumerable<RunTaskStatus> tasks)
    {
        var groups = tasks.GroupBy(task => task.State).Select(group => $"{group.Count()} {group.Key}").ToList();
        return string.Join(", ", groups);
    }

    private static string Cost(decimal cost) => string.Create(CultureInfo.InvariantCulture, $"${cost:0.00}");
}
