using System.Globalization;
using Orchestrator.Cli.Runs;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Cli.Commands;

/// <summary><c>show</c>: shows all details of a run or of a task.</summary>
internal sealed class ShowCommand : CliCommand
{
    private readonly RunArgument _which = new("RUN/TASK", "The run, or one task of it");
    private readonly Option<string?> _view = PlanViewPrinter.Option();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ShowCommand()
        : base("show", "Show a run or one of its tasks in full")
    {
        _which.AddTo(this);
        Add(_view);
        Add(_json);
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        if (parsed.GetValue(_view) is { } view)
        {
            var plan = await new RunQueries(context).PlanOfAsync(_which.RequireRun(context.RequireRepository(), parsed).Id, stop);
            return PlanViewPrinter.Show(plan, view, config: null, parsed.GetValue(_json), context);
        }
        var (stored, reference) = _which.Require(context.RequireRepository(), parsed);
        var run = await new RunQueries(context).ObserveAsync(stored, stop);
        run = run with { Status = AgentActivity.WithMail(run.Folder, run.Status) };
        var id = reference.FindTask(run.Status);
        if (id is null)
        {
            ShowRun(run, parsed.GetValue(_json), context);
        }
        else
        {
            ShowTask(run, id, parsed.GetValue(_json), context);
        }
        return Outcome.Done;
    }

    private static void ShowRun(StoredRun run, bool json, CommandContext context)
    {
        if (json)
        {
            context.Print(run.Status, RunJson.Default.RunStatus);
            return;
        }

        var status = run.Status;
        Say(context, "run", status.RunId);
        Say(context, "files as", run.Name == status.RunId ? "" : run.Name);
        Say(context, "title", status.Title);
        var why = status.Standing == RunLiveness.Interrupted ? RunObservation.Cure(run) : LocalTimes.In(status.Reason);
        Say(context, "state", RunLiveness.Describe(status) + (why.Length > 0 ? ": " + why : ""));
        Say(context, "tasks", (status.Counts ?? RunCounts.Of(status)).ToString());
        Say(context, "started", LocalTimes.Of(status.StartedAt));
        Say(context, "target", status.Target);
        Say(context, "staging", status.Staging);
        Say(context, "base", status.BaseCommit);
        Say(context, "landed", RunLiveness.DescribeLanding(status));
        Say(
            context,
            "agent",
            $"{string.Join(", ", RunAgentList.Of(run.Folder, status))}, {status.Workers} at once, " + Plural.Of(status.AgentStarts, "start")
        );
        Say(context, "cost", status.Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $"${status.Cost:0.00}") : "");
        foreach (var line in BudgetText.Lines(status.Budgets))
        {
            Say(context, "money", LocalTimes.In(line));
        }
        Say(context, "machine", status.Queue.Length > 0 ? MachineName.Of(status.Queue, status.Host).ToString() : "");
        Say(context, "folder", run.Folder);
        Say(context, "replan", status.Replan?.ToString() ?? "");
        Say(context, "decide", run.HasEscalation ? $"orchestrate report {run.Id} --escalation" : "");
        foreach (var warning in RunWarnings.Of(status))
        {
            Say(context, "warning", warning);
        }
        foreach (var task in status.Tasks)
        {
            // If a task has a question, the reason is shown with the question below.
            var reason = status.Questions.Any(question => question.Id == task.Id) ? "" : task.Reason;
            Say(
                context,
                "task",
                $"{task.Id}: {task.State}{(task.UnreadMail > 0 ? $", {RunEventTimeline.Unread(task)}" : "")}"
                    + $"{(reason.Length > 0 ? " (" + LocalTimes.In(new UntrustedText(reason).Line) + ")" : "")}"
            );
            foreach (var answer in task.Answers ?? [])
            {
                Say(context, "", $"{task.Id} was {answer}");
            }
        }
        NextStepsPrinter.Write(status, all: true, context.Terminal.OutputWidth, context.Terminal.Show);
    }

    private static void ShowTask(StoredRun run, string id, bool json, CommandContext context)
    {
        var details = TaskDetails.Of(run, id);
        if (json)
        {
            context.Print(details, DocumentJson.Default.TaskDocument);
            return;
        }

        var task = details.Task;
        Say(context, "task", $"{run.Id}/{task.Id}");
        Say(context, "title", task.Title);
        Say(
            context,
            "state",
            task.State + (task.Paused ? " (paused)" : "") + (task.Reason.Length > 0 ? ": " + LocalTimes.In(task.Reason) : "")
        );
        Say(context, "after", string.Join(", ", task.DependsOn));
        Say(
            context,
            "attempt",
            $"{task.Attempt}, {Plural.Of(task.Starts, "agent start")}{(task.Reused ? ", taken up from an earlier run" : "")}"
        );
        Say(context, "host", task.Host ?? "");
        foreach (var relay in task.Relays ?? [])
        {
            Say(context, "relay", LocalTimes.In(relay.ToString()));
        }
        Say(context, "models", string.Join(", ", details.Models));
        Say(context, "gates", GateFormatter.Count(task.Gates));
        foreach (var answer in task.Answers ?? [])
        {
            Say(context, "question", $"{answer}; in full: {answer.File}");
        }
        foreach (var measurement in task.Measurements ?? [])
        {
            Say(context, "measured", measurement.ToString());
        }
        Say(
            context,
            "cost",
            task.Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $"${task.Cost:0.00}, {Plural.Of(task.Tokens, "token")}") : ""
        );
        Say(context, "mail", RunEventTimeline.Unread(task));
        Say(context, "commit", task.Commit);
        Say(context, "merge", task.MergeCommit);
        Say(context, "evidence", task.Evidence);
        ShowHistory(details, context);
    }

    private static void ShowHistory(TaskDocument details, CommandContext context)
    {
        foreach (var kept in details.Kept)
        {
            Say(context, "kept", kept);
        }
        foreach (
            var line in RunEventTimeline.Merge(
                details.Events.Select(e => (e.Time, EventFile.Describe(e))),
                details.Mail.Select(m => (m.Time, RunEventTimeline.Describe(m)))
            )
        )
        {
            context.Terminal.Show("  " + line);
        }
    }

    private static void Say(CommandContext context, string name, string value)
    {
        if (value.Length > 0)
        {
            context.Terminal.Show($"{name, -9} {value}");
        }
    }
}
