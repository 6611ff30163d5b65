using System.Globalization;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>show</c>: shows all details of a run or of a task.</summary>
internal sealed class ShowCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = new("RUN/TASK", "The run, or one of its tasks");
    private readonly Option<string?> _view = PlanAnalysisPrinter.Option();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ShowCommand()
        : base("show", "Show all details of a run or one of its tasks")
    {
        _which.AddTo(this);
        Add(_view);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        if (parsed.GetValue(_view) is { } view)
        {
            var plan = await new RunQueries(context).PlanOfAsync(_which.RequireRun(context.RequireRepository(), parsed).Id, stop);
            return PlanAnalysisPrinter.Show(plan, view, config: null, parsed.GetValue(_json), context);
        }
        var (stored, reference) = _which.Require(context.RequireRepository(), parsed);
        var run = await new RunQueries(context).ObserveAsync(stored, stop);
        run = run with { Status = AgentActionReader.WithMail(run.Folder, run.Status) };
        var id = reference.FindTask(run.Status);
        if (id is null)
        {
            ShowRun(run, parsed.GetValue(_json), context);
        }
        else
        {
            ShowTask(run, id, parsed.GetValue(_json), context);
        }
        return UseCaseOutcome.Done;
    }

    private static void ShowRun(StoredRun run, bool json, CliCommandServiceBundle context)
    {
        if (json)
        {
            context.Print(run.Status, RunJson.Default.RunStatus);
            return;
        }

        var status = run.Status;
        PrintField(context, "run", status.RunId);
        PrintField(context, "files as", run.Name == status.RunId ? "" : run.Name);
        PrintField(context, "title", status.Title);
        var why =
            status.Standing == RunLivenessClassifier.Interrupted ? RunStateResolver.RemedyFor(run) : LocalTimeFormatter.In(status.Reason);
        PrintField(context, "state", RunLivenessClassifier.Describe(status) + (why.Length > 0 ? ": " + why : ""));
        PrintField(context, "tasks", (status.Counts ?? RunTaskCounts.Of(status)).ToString());
        PrintField(context, "started", LocalTimeFormatter.Of(status.StartedAt));
        PrintField(context, "target", status.Target);
        PrintField(context, "staging", status.Staging);
        PrintField(context, "base", status.BaseCommit);
        PrintField(context, "landed", RunLivenessClassifier.DescribeLanding(status));
        PrintField(
            context,
            "agent",
            $"{string.Join(", ", run.AgentNames)}, {status.Workers} at once, " + Plural.Of(status.AgentStarts, "start")
        );
        PrintField(context, "cost", status.Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $"${status.Cost:0.00}") : "");
        foreach (var line in BudgetText.Lines(status.Budgets))
        {
            PrintField(context, "money", LocalTimeFormatter.In(line));
        }
        PrintField(context, "machine", status.Queue.Length > 0 ? MachineName.Of(status.Queue, status.Host).ToString() : "");
        PrintField(context, "folder", run.Folder);
        PrintField(context, "replan", status.Replan?.ToString() ?? "");
        PrintField(context, "decide", run.HasEscalation ? $"orchestrate report {run.Id} --escalation" : "");
        foreach (var warning in RunWarningCollector.Of(status))
        {
            PrintField(context, "warning", warning);
        }
        foreach (var task in status.Tasks)
        {
            // If a task has a question, the reason is shown with the question below.
            var reason = status.Questions.Any(question => question.Id == task.Id) ? "" : task.Reason;
            PrintField(
                context,
                "task",
                $"{task.Id}: {task.State}{(task.UnreadMail > 0 ? $", {RunEventTimeline.Unread(task)}" : "")}"
                    + $"{(reason.Length > 0 ? " (" + LocalTimeFormatter.In(new UntrustedText(reason).Line) + ")" : "")}"
            );
            foreach (var answer in task.Answers ?? [])
            {
                PrintField(context, "", $"{task.Id} was {answer}");
            }
        }
        NextStepsPrinter.Write(status, all: true, context.Terminal.OutputWidth, context.Terminal.Show);
    }

    private static void ShowTask(StoredRun run, string id, bool json, CliCommandServiceBundle context)
    {
        var details = TaskDocumentReader.Of(run, id);
        if (json)
        {
            context.Print(details, DocumentJson.Default.TaskDocument);
            return;
        }

        var task = details.Task;
        PrintField(context, "task", $"{run.Id}/{task.Id}");
        PrintField(context, "title", task.Title);
        PrintField(
            context,
            "state",
            task.State + (task.Paused ? " (paused)" : "") + (task.Reason.Length > 0 ? ": " + LocalTimeFormatter.In(task.Reason) : "")
        );
        PrintField(context, "after", string.Join(", ", task.DependsOn));
        PrintField(
            context,
            "attempt",
            $"{task.Attempt}, {Plural.Of(task.Starts, "agent start")}{(task.Reused ? ", taken up from an earlier run" : "")}"
        );
        PrintField(context, "host", task.Host ?? "");
        foreach (var relay in task.Relays ?? [])
        {
            PrintField(context, "relay", LocalTimeFormatter.In(relay.ToString()));
        }
        PrintField(context, "models", string.Join(", ", details.Models));
        PrintField(context, "gates", GateVerdictFormatter.Count(task.Gates));
        foreach (var answer in task.Answers ?? [])
        {
            PrintField(context, "question", $"{answer}; in full: {answer.File}");
        }
        foreach (var measurement in task.Measurements ?? [])
        {
            PrintField(context, "measured", measurement.ToString());
        }
        PrintField(
            context,
            "cost",
            task.Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $"${task.Cost:0.00}, {Plural.Of(task.Tokens, "token")}") : ""
        );
        PrintField(context, "mail", RunEventTimeline.Unread(task));
        PrintField(context, "commit", task.Commit);
        PrintField(context, "merge", task.MergeCommit);
        PrintField(context, "evidence", task.Evidence);
        ShowHistory(details, context);
    }

    private static void ShowHistory(TaskDocument details, CliCommandServiceBundle context)
    {
        foreach (var kept in details.Kept)
        {
            PrintField(context, "kept", kept);
        }
        foreach (var line in RunEventTimeline.LinesOf(details))
        {
            context.Terminal.Show("  " + line);
        }
    }

    private static void PrintField(CliCommandServiceBundle context, string name, string value)
    {
        if (value.Length > 0)
        {
            context.Terminal.Show($"{name, -9} {value}");
        }
    }
}
