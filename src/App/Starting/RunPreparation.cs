using Orchestrator.Machine.Setup;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Landing;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Reports;
using Orchestrator.Settings;

namespace Orchestrator.App.Starting;

/// <summary>Checks and questions before a run begins, so that a run that can't work is never started.</summary>
public static class RunPreparation
{
    /// <summary>Requires the planner's program or key.</summary>
    /// <exception cref="UseCaseException">It can't work: exit 5.</exception>
    public static async Task DemandPlannerAsync(RepositoryLocation repository, SettingsResult settings, CancellationToken stop)
    {
        if (await MachineCheck.PlannerAsync(repository, settings, stop) is { Status: MachineCheckStatus.Fail } planner)
        {
            throw new UseCaseException(Outcome.Unavailable, $"The planner can't work. {planner.Message}", planner.Cure ?? "");
        }
    }

    /// <summary>Requires a repository that runs can work in: for a dry run, which needs no agent and no trust.</summary>
    /// <exception cref="UseCaseException">None can.</exception>
    public static async Task DemandRepositoryAsync(
        UseCaseContext context,
        RepositoryLocation repository,
        SettingsResult settings,
        CancellationToken stop
    )
    {
        var entries = await MachineCheck.RunAsync(repository, settings, context.Platform, context.Services, stop);
        Demand(entries.Where(IsOfRepository), context);
    }

    /// <summary>Refuses a plan for which no run could begin, before anything is announced, started or paid.</summary>
    /// <param name="plan">The plan; null: a planner makes it.</param>
    /// <param name="input">The input of the run.</param>
    /// <exception cref="UseCaseException">It is refused: exit 2.</exception>
    public static void DemandPlan(Plan? plan, OrchestrationInput input, RepositoryLocation repository, SettingsResult settings)
    {
        if (RunRefusals.Of(plan, input, settings, NewRun.ReferenceOf(repository)) is { Count: > 0 } refusals)
        {
            throw new UseCaseException(Outcome.Usage, string.Join(Environment.NewLine, refusals));
        }
    }

    /// <summary>Warns about tasks that failed before.</summary>
    public static void WarnOfFailures(Plan? plan, IReadOnlySet<string>? chosen, RepositoryLocation repository, UseCaseContext context)
    {
        foreach (var task in plan is null ? [] : new RunForecasts(repository.Root).Failures(plan, chosen))
        {
            context.Interaction.Warn($"{RunForecasts.Describe(task)}: expect it to fail again, unless its cause is gone.");
        }
    }

    private static void Demand(IEnumerable<MachineCheckEntry> entries, UseCaseContext context)
    {
        foreach (var entry in entries)
        {
            if (entry.Status == MachineCheckStatus.Fail)
            {
                throw new UseCaseException(IsOfRepository(entry) ? Outcome.Usage : Outcome.Unavailable, entry.Message, entry.Cure ?? "");
            }
            if (entry.Status == MachineCheckStatus.Warn && context.Verbose)
            {
                context.Interaction.Warn($"{entry.Message} {entry.Cure}");
            }
        }
    }

    private static bool IsOfRepository(MachineCheckEntry entry) => entry.Name == "repository";

    /// <summary>Checks repository, agent and uncommitted changes.</summary>
    /// <param name="context">Terminal and folder.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="settings">The settings of the run, trusted.</param>
    /// <param name="planFile">Absolute path of the plan, which may be uncommitted; null for none.</param>
    /// <param name="yes"><c>--yes</c>: questions are answered.</param>
    /// <param name="agents">The agents of the run's tasks; null: that of the settings.</param>
    /// <returns>True when a person answered yes, here or by <c>--yes</c>.</returns>
    /// <exception cref="UseCaseException">The run can't begin.</exception>
    public static async Task<bool> DemandAsync(
        UseCaseContext context,
        RepositoryLocation repository,
        SettingsResult settings,
        string? planFile,
        bool yes,
        CancellationToken stop,
        IReadOnlyCollection<string>? agents = null
    )
    {
        var looking = UncommittedChanges.ListAsync(repository, settings.Settings!, planFile, context.Services, stop);
        Demand(await MachineCheck.RunAsync(repository, settings, context.Platform, context.Services, stop, agents), context);
        var unseen = await looking;
        if (unseen.Count == 0 || yes)
        {
            return yes;
        }
        context.Interaction.Warn(
            "Agents will not see these uncommitted changes: "
                + $"{string.Join(", ", unseen.Take(10))}{(unseen.Count > 10 ? $" and {unseen.Count - 10} more" : "")}."
        );
        if (context.Interaction.Ask("Run anyway?") is not true)
        {
            throw new UseCaseException(
                Outcome.NeedsPerson,
                "The run was not started: there are uncommitted changes that agents would not see.",
                "Commit or stash them, or give --yes."
            );
        }
        return true;
    }

    /// <summary>The agents that work on a plan's tasks.</summary>
    /// <param name="chosen">Ids of the tasks that are done; null or empty: all.</param>
    public static IReadOnlyList<string> AgentsOf(Plan plan, IEnumerable<string>? chosen, OrchestratorSettings settings)
    {
        var ids = chosen?.ToHashSet(StringComparer.Ordinal) ?? [];
        return
        [
            .. plan.Tasks.Where(task => ids.Count == 0 || ids.Contains(task.Id)).Select(settings.AgentOf).Distinct(StringComparer.Ordinal),
        ];
    }
}
