using System.Globalization;
using Orchestrator.Cli.Console;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Landing;

namespace Orchestrator.Cli.Runs;

/// <summary>The final message of a command that waited for a run.</summary>
internal static class RunSummary
{
    /// <summary>Shows the run's state, and what a person can do.</summary>
    /// <param name="run">The run.</param>
    /// <param name="context">The terminal.</param>
    /// <param name="warned">Warnings that were shown before.</param>
    /// <param name="asks">The person at the terminal is asked next whether it may begin, so that question is left out.</param>
    public static async Task SayAsync(RunStatus run, CommandContext context, IReadOnlySet<string>? warned = null, bool asks = false)
    {
        run = await LandedWork.LookAsync(run, context.RequireRepository().Root, context.Services, CancellationToken.None);
        var cost = run.Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $", ${run.Cost:0.00}") : "";
        var starts = $"{run.AgentStarts} agent {(run.AgentStarts == 1 ? "start" : "starts")}{cost}";
        var counts = (run.Counts ?? RunCounts.Of(run)).ToString() is { Length: > 0 } counted ? $"{counted}, {starts}" : starts;
        context.Terminal.Say($"{run.RunId}: {RunStanding.Describe(run)}, {counts}.");
        context.Terminal.Say(new UntrustedText(LocalTimes.In(run.Reason)));
        if (
            run.State is RunStates.Completed or RunStates.Escalated
            && run.HasLanded
            && (run.LandedOn.Length == 0 || run.LandedOn == run.Target)
        )
        {
            var commit = run.LandedCommit[..Math.Min(12, run.LandedCommit.Length)];
            context.Terminal.Say(
                run.LandedGone is true
                    ? $"  It had landed on {run.Target} as {commit}, which {run.Target} does not have any more. 'git merge {commit}' there "
                        + "lands it again."
                    : $"  Landed on {run.Target} as {commit}. 'orchestrate report {run.RunId}' tells more."
            );
        }
        if (RunTable.IsHeld(run))
        {
            context.Terminal.Say(
                $"  It is paused, so this process ends; agents keep their conversations. 'orchestrate resume {run.RunId}' goes on."
            );
        }
        foreach (var task in RunStanding.PausedTasks(run).Take(10))
        {
            context.Terminal.Say($"  {task.Id} is paused. 'orchestrate resume {run.RunId}/{task.Id}' goes on with it.");
        }
        foreach (var warning in run.Warnings.Where(warning => warned?.Contains(warning) != true).Take(10))
        {
            context.Terminal.Warn(warning);
        }
        foreach (var question in run.Questions.Where(question => !asks || question.Id != "plan").Take(10))
        {
            context.Terminal.Say($"? {LocalTimes.In(question.Question)}");
            foreach (var command in question.Commands)
            {
                context.Terminal.Say($"    {command}");
            }
        }
    }
}
