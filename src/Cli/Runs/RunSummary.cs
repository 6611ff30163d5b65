using System.Globalization;
using Orchestrator.App.PlanFiles;

namespace Orchestrator.Cli.Runs;

/// <summary>Prints the final message of a command that waited for a run.</summary>
internal static class RunSummary
{
    /// <summary>Shows the run's state and possible next steps for the user.</summary>
    /// <param name="run">The run.</param>
    /// <param name="context">Provides the terminal.</param>
    /// <param name="warned">Warnings that were already shown.</param>
    /// <param name="asks">True if the terminal will ask the user to approve the plan next, so that this question is omitted here.</param>
    /// <param name="afterTable">True if a table of the run is shown above, whose content is not repeated.</param>
    public static async Task PrintAsync(
        RunStatus run,
        CliCommandServiceBundle context,
        IReadOnlySet<string>? warned = null,
        bool asks = false,
        bool afterTable = false
    )
    {
        run = await RunStateResolver.CheckLandingAsync(run, context);
        if (!afterTable)
        {
            PrintState(run, context);
        }
        PrintNextSteps(run, context, warned, asks);
    }

    private static void PrintState(RunStatus run, CliCommandServiceBundle context)
    {
        var cost = run.Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $", ${run.Cost:0.00}") : "";
        var starts = $"{Plural.Of(run.AgentStarts, "agent start")}{cost}";
        var counts = (run.Counts ?? RunTaskCounts.Of(run)).ToString() is { Length: > 0 } counted ? $"{counted}, {starts}" : starts;
        context.Terminal.Inform($"{run.RunId}: {RunLivenessClassifier.Describe(run)}, {counts}.");
        // A question to the user already contains the reason.
        if (!RequiredUserAction.Of(run).Any(step => step.SaysReasonOfRun))
        {
            context.Terminal.Inform(new UntrustedText(LocalTimeFormatter.In(run.Reason)));
        }
    }

    private static void PrintNextSteps(RunStatus run, CliCommandServiceBundle context, IReadOnlySet<string>? warned, bool asks)
    {
        if (
            run.State is RunStateNames.Completed or RunStateNames.Escalated
            && run.HasLanded
            && (run.LandedOn.Length == 0 || run.LandedOn == run.Target)
        )
        {
            var commit = CommitIdFormatter.Shorten(run.LandedCommit);
            context.Terminal.Inform(
                run.LandedGone is true
                    ? $"  Landed on {run.Target} as {commit}, but {run.Target} no longer contains this commit. To land it again, "
                        + $"merge it on {run.Target}: git merge {commit}"
                    : $"  Landed on {run.Target} as {commit}. 'orchestrate report {run.RunId}' shows more."
            );
        }
        PrintKeptPlan(run, context);
        if (RunExitCode.IsHeld(run))
        {
            context.Terminal.Inform(
                "  The run is paused, so this process ends. Agents keep their conversations, and "
                    + $"'orchestrate resume {run.RunId}' continues the run."
            );
        }
        foreach (var task in RunLivenessClassifier.PausedTasks(run).Take(10))
        {
            context.Terminal.Inform($"  Task {task.Id} is paused. 'orchestrate resume {run.RunId}/{task.Id}' continues it.");
        }
        foreach (var warning in RunWarningCollector.Of(run).Where(warning => warned?.Contains(warning) != true).Take(10))
        {
            context.Terminal.Warn(warning);
        }
        NextStepsPrinter.Write(
            run,
            all: false,
            context.Terminal.HasScreen ? context.Terminal.Width : RunTaskTableFormatter.Unlimited,
            context.Terminal.Inform,
            asks ? RunQuestion.Plan : null
        );
    }

    /// <summary>
    /// If the run ended without executing a planner's plan, prints the path of that plan. The plan has already been paid for and can still
    /// be run.
    /// </summary>
    public static void PrintKeptPlan(RunStatus run, CliCommandServiceBundle context)
    {
        if (
            RunStateNames.IsFinal(run.State)
            && run.Tasks.Any(task => task is { Id: PlannerTaskDefinition.Id, State: TaskStateNames.Planned })
            && run.Tasks.All(task => task.Id == PlannerTaskDefinition.Id || task.Starts == 0)
            && run.Tasks.Count > 1
            && PlanEditorLauncher.KeptAt(context.RequireRepository().Root, run.RunId) is { } file
        )
        {
            context.Terminal.Inform($"  The plan is kept in {file}. 'orchestrate run {file}' runs it, with or without your changes.");
        }
    }
}
