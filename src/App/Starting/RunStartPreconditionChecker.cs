using Orchestrator.App.Setup;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Starting;

/// <summary>Executes checks and asks questions before a run starts, so that a run that can't be executed is never started.</summary>
public static class RunStartPreconditionChecker
{
    /// <summary>Throws if the planner's program or API key is missing.</summary>
    /// <exception cref="UseCaseException">The planner can't work. The exit code is 5.</exception>
    public static async Task RequirePlannerAsync(LocalRepositoryPaths repository, SettingsLoadResult settings, CancellationToken stop)
    {
        if (
            await MachinePrerequisiteChecker.PlannerAsync(repository, settings, stop) is
            { Status: MachineReadinessCheckStatus.Fail } planner
        )
        {
            throw new UseCaseException(UseCaseOutcome.Unavailable, $"The planner can't work. {planner.Message}", planner.Cure ?? "");
        }
    }

    /// <summary>Throws if runs can't be executed in the repository. Used for a dry run, which needs no agent and no trust.</summary>
    /// <exception cref="UseCaseException">Runs can't be executed in the repository.</exception>
    public static async Task RequireRepositoryAsync(
        UseCaseServiceBundle context,
        LocalRepositoryPaths repository,
        SettingsLoadResult settings,
        CancellationToken stop
    )
    {
        var entries = await MachinePrerequisiteChecker.RunAsync(repository, settings, context.Platform, context.Services, stop);
        ThrowIfFailed(entries.Where(IsOfRepository), context);
    }

    /// <summary>Throws if no run could start with the plan. Called before anything is announced, started or paid for.</summary>
    /// <param name="plan">The plan, or null if a planner will create it.</param>
    /// <param name="input">Input of the run.</param>
    /// <exception cref="UseCaseException">The plan is rejected. The exit code is 2.</exception>
    public static void RequireStartablePlan(
        Plan? plan,
        OrchestrationInput input,
        LocalRepositoryPaths repository,
        SettingsLoadResult settings
    )
    {
        if (RunRefusalFinder.Of(plan, input, settings, NewRunInputFactory.ReferenceOf(repository)) is { Count: > 0 } refusals)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, string.Join(Environment.NewLine, refusals));
        }
    }

    /// <summary>Warns about tasks of the plan that failed in earlier runs.</summary>
    public static void WarnOfFailures(
        Plan? plan,
        IReadOnlySet<string>? chosen,
        LocalRepositoryPaths repository,
        UseCaseServiceBundle context
    )
    {
        foreach (var task in plan is null ? [] : new RunForecasts(repository.Root).Failures(plan, chosen))
        {
            context.Interaction.Warn($"{RunForecasts.Describe(task)}; it will probably fail again unless the cause is fixed.");
        }
    }

    private static void ThrowIfFailed(IEnumerable<MachineReadinessCheckResult> entries, UseCaseServiceBundle context)
    {
        foreach (var entry in entries)
        {
            if (entry.Status == MachineReadinessCheckStatus.Fail)
            {
                throw new UseCaseException(
                    IsOfRepository(entry) ? UseCaseOutcome.Usage : UseCaseOutcome.Unavailable,
                    entry.Message,
                    entry.Cure ?? ""
                );
            }
            if (entry.Status == MachineReadinessCheckStatus.Warn && context.Verbose)
            {
                context.Interaction.Warn($"{entry.Message} {entry.Cure}");
            }
        }
    }

    private static bool IsOfRepository(MachineReadinessCheckResult entry) => entry.Name == "repository";

    /// <summary>Checks the repository and the agent, and asks the user about uncommitted changes.</summary>
    /// <param name="context">Provides user interaction and the folder.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="settings">Settings of the run, which the user trusts.</param>
    /// <param name="planFile">Absolute path of the plan, which may be uncommitted, or null if there is none.</param>
    /// <param name="yes">True if <c>--yes</c> answers all questions.</param>
    /// <param name="agents">Names of the tasks' agents, or null for the agent in the settings.</param>
    /// <returns>True if the user answered a question with yes, at the terminal or by <c>--yes</c>.</returns>
    /// <exception cref="UseCaseException">The run can't start.</exception>
    public static async Task<bool> CheckReadyAsync(
        UseCaseServiceBundle context,
        LocalRepositoryPaths repository,
        SettingsLoadResult settings,
        string? planFile,
        bool yes,
        CancellationToken stop,
        IReadOnlyCollection<string>? agents = null
    )
    {
        await new FullDiskRetry(context, repository.Root).AwaitAsync(stop);
        var looking = UncommittedChanges.ListAsync(repository, settings.Settings!, planFile, context.Services, stop);
        ThrowIfFailed(
            await MachinePrerequisiteChecker.RunAsync(repository, settings, context.Platform, context.Services, stop, agents),
            context
        );
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
                UseCaseOutcome.NeedsPerson,
                "The run was not started, because agents would not see the uncommitted changes.",
                "Commit or stash them, or use --yes."
            );
        }
        return true;
    }

    /// <summary>Returns the names of the agents that work on a plan's tasks.</summary>
    /// <param name="chosen">Ids of the selected tasks. Null or empty for all tasks.</param>
    public static IReadOnlyList<string> AgentsOf(Plan plan, IEnumerable<string>? chosen, OrchestratorSettings settings)
    {
        var ids = chosen?.ToHashSet(StringComparer.Ordinal) ?? [];
        return
        [
            .. plan.Tasks.Where(task => ids.Count == 0 || ids.Contains(task.Id)).Select(settings.AgentOf).Distinct(StringComparer.Ordinal),
        ];
    }
}
