using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Backlogs;
using Orchestrator.Runs.Instructions;
using Orchestrator.Runs.Loading;

namespace Orchestrator.Runs.Planning;

/// <summary>Prepares planning. It checks that the planner can work, and stores the prompt that all later steps use.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class PlanningPreparer(RunServiceBundle services)
{
    /// <summary>Maximum length of the repository outline in the prompt, in characters. This is about 10,000 tokens.</summary>
    internal const int OutlineLimit = 40_000;

    /// <summary>Prepares planning.</summary>
    /// <param name="input">The request and the options of planning.</param>
    public async Task<PlanningPreparationResult> BeginAsync(PreparePlanningInput input, CancellationToken stop)
    {
        var opened = services.LoadSettings(input.Repository.WorkTree, input.RunId, input.Input);
        var settings = opened.Loaded;
        if (settings.Settings is null)
        {
            return new PlanningPreparationResult { Faults = [.. settings.Errors.Select(e => e.ToString())] };
        }
        if (opened.Refusal is { } refusal)
        {
            return new PlanningPreparationResult { Faults = [refusal] };
        }
        var (hash, fault) = await StoreAsync(input, settings, new PlanningFileStore(input.Repository, input.RunId, ""), stop);
        if (fault.Length > 0)
        {
            return new PlanningPreparationResult { Faults = [fault] };
        }
        var files = new PlanningFileStore(input.Repository, input.RunId, hash);
        return new PlanningPreparationResult
        {
            Warnings = [.. settings.Warnings.Select(w => w.ToString())],
            Title = TaskOutlineExtractor.TitleOf(files.Request),
            Agent = files.Start.Settings.Planner.Agent,
            Timeout = files.Start.Settings.Planner.Timeout,
            Rules = TaskOutlineExtractor.RulesOf(files.Start.Settings, input.Input),
            PlanningHash = hash,
        };
    }

    /// <summary>Stores the planner's input.</summary>
    /// <returns>The hash of the stored input, or the reason why planning is impossible.</returns>
    private async Task<(string Hash, string Fault)> StoreAsync(
        PreparePlanningInput input,
        SettingsLoadResult settings,
        PlanningFileStore files,
        CancellationToken stop
    )
    {
        var start = RunStartSettings.Of(input.Input, settings, input.Repository);
        var (planner, fault) = await FindPlannerAsync(services, input.Repository.WorkTree, start, files.Conversations, stop);
        if (planner is null)
        {
            return ("", fault);
        }
        if (BillableAgentFinder.FaultsBeforePlanning(start.Settings, input.Input.PlanOnly).FirstOrDefault() is { } unpriced)
        {
            return ("", unpriced);
        }
        var request = PlanningRequestReadResult.Read(input);
        if (request.Fault is not null)
        {
            return ("", request.Fault);
        }
        var repository = await services.OpenRepositoryAsync(input.Repository.Path);
        var commits = new GitCommitReaderAndWriter(repository);
        if (
            new WorktreeManager(repository).FindCheckout(input.Repository.LinkedWorktree) is not { } checkout
            || await checkout.ReadHeadAsync(stop) is not { } head
        )
        {
            return (
                "",
                "The repository has no commits yet, but agents start from a commit. Create one: git commit --allow-empty " + "-m start"
            );
        }
        var goal = new PlanningGoal
        {
            Options = input.Input.Planning ?? new PlanningOptions(),
            BacklogIds = request.BacklogIds,
            Commit = head,
        };
        var prompt = new PlannerPromptInput
        {
            Request = request.TextFor(goal.Options),
            Outline = RepositoryOutline.Of((await commits.ListFilesAsync(head, stop)).Select(f => f.Path), OutlineLimit),
            Conventions = await ConventionsAsync(repository, head, start.Settings, stop),
            Gates = [.. start.Gates.OfProject().Select(g => g.Command)],
            Schema = planner.AnswersInText ? PlanningFileStore.SchemaOf(goal.Options) : null,
        };
        return (files.Begin(start, goal, prompt.Request, Render(goal.Options, prompt, input.Repository.WorkTree)), "");
    }

    /// <summary>Reads the instruction files of the repository for the planner.</summary>
    public static async Task<string> ConventionsAsync(
        GitRepository repository,
        string commit,
        OrchestratorSettings settings,
        CancellationToken stop
    ) =>
        (
            await RepositoryInstructions.ReadAsync(
                repository,
                commit,
                settings.Planner.Agent,
                settings,
                RepositoryInstructions.AnswerLimit,
                paths: null,
                stop
            )
        ).All;

    /// <summary>Returns the planner that the settings specify, or the reason why it can't work.</summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="path">Absolute path of the work tree in which the run was started.</param>
    /// <param name="start">The start settings of the run.</param>
    /// <param name="conversations">Folder for the conversations of models that have no agent program.</param>
    /// <returns>The planner, or the reason why none is available.</returns>
    public static async Task<(IAgentRunner? Planner, string Fault)> FindPlannerAsync(
        RunServiceBundle services,
        string path,
        RunStartSettings start,
        string conversations,
        CancellationToken stop
    )
    {
        var runEnvironment = await AgentRunEnvironment.OfAsync(services, path, start, null, stop);
        var found = AgentCatalog.FindAnswering(start.Settings.Planner, start.Settings, services.HookCommand, runEnvironment, conversations);
        if (found is not { } planner)
        {
            return (
                null,
                $"The planner '{start.Settings.Planner.Agent}' is unknown (planner.agent). "
                    + $"{AgentCatalog.Unknown(start.Settings.Planner.Agent, start.Settings)}"
            );
        }
        var who = start.Settings.Planner;
        if (MoneyBudgetChecker.Faults(start.Settings, [(who.Agent, start.Settings.ModelOf(who))]).FirstOrDefault() is { } unpriced)
        {
            return (null, unpriced);
        }
        if (planner.AnswerFault is { } unable)
        {
            return (null, $"The planner '{who.Agent}' can't plan: {unable} Choose another with planner.agent.");
        }
        var check = await planner.CheckAsync(path, stop);
        return check.Status == AgentProgramCheckStatus.Failed
            ? (null, $"The planner '{start.Settings.Planner.Agent}' can't work: {check.Message} {check.Cure}".TrimEnd())
            : (planner, "");
    }

    private string Render(PlanningOptions options, PlannerPromptInput input, string repository) =>
        options.Makes switch
        {
            PlanningOptions.Tasks => BacklogPrompt.OfDocument(
                input,
                [.. new BacklogStore(repository, null, services.Time).Read(options.Tag).File?.Backlog.Tasks.Select(t => t.Title) ?? []]
            ),
            PlanningOptions.Subtasks => BacklogPrompt.OfTask(input, options.Research),
            _ => PlannerPrompt.Render(input),
        };
}

/// <summary>
/// Lists the agents that a run pays for, each with its model. A budget in US dollars requires the prices of all these models.
/// </summary>
public static class BillableAgentFinder
{
    /// <summary>Lists the agents of the tasks, the agents that may continue a task in their place, and the reviewer.</summary>
    public static IReadOnlyList<(string Agent, string Model)> Of(OrchestratorSettings settings, IReadOnlyList<PlanTask> tasks) =>
        [
            .. tasks.Select(task => (settings.AgentOf(task), settings.ModelOf(task))),
            .. tasks
                .Select(settings.AgentOf)
                .Distinct(StringComparer.Ordinal)
                .SelectMany(settings.RelaysOf)
                .Select(relay => relay.Agent)
                .Distinct(StringComparer.Ordinal)
                .Select(relay => (relay, settings.ModelOf(TaskOf(relay)))),
            .. settings.Review.Enabled ? [Of(settings, settings.Review.Reviewer)] : ((string, string)[])[],
        ];

    /// <summary>
    /// Lists the reasons why a run can't enforce its budgets in US dollars. Checked before planning, so that users do not pay for planning
    /// a run that is then rejected.
    /// </summary>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="isPlanOnly">True if the run ends with its plan. Only the planner is paid then.</param>
    public static IEnumerable<string> FaultsBeforePlanning(OrchestratorSettings settings, bool isPlanOnly) =>
        MoneyBudgetChecker.Faults(settings, [Of(settings, settings.Planner), .. isPlanOnly ? [] : Of(settings, [TaskOf(null)])]);

    private static (string Agent, string Model) Of(OrchestratorSettings settings, PlannerSettings caller) =>
        (caller.Agent, settings.ModelOf(caller));

    private static PlanTask TaskOf(string? agent) =>
        new()
        {
            Id = "",
            Description = "",
            Agent = agent,
        };
}
