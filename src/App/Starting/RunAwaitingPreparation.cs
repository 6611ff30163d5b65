namespace Orchestrator.App.Starting;

/// <summary>A new run that has not been checked yet, and about which the user has not been asked yet.</summary>
/// <param name="RunId">Id of the new run.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Settings">The settings of the repository, as far as the user already trusts them.</param>
public sealed record RunAwaitingPreparation(string RunId, LocalRepositoryPaths Repository, RepositorySettings Settings)
{
    /// <summary>The plan, or null if a planner will create it.</summary>
    public Plan? Plan { get; init; }

    /// <summary>Absolute path of the plan, backlog or document, which may be uncommitted, or null if there is none.</summary>
    public string? File { get; init; }

    /// <summary>
    /// Path of the plan if it was found in the folder and not named by the user, relative to the current folder. Null otherwise. The
    /// commands of such a plan require trust.
    /// </summary>
    public string? FoundFile { get; init; }

    /// <summary>The selected tasks. Default: all tasks.</summary>
    public TaskSelectionOptions Chosen { get; init; } = TaskSelectionOptions.All;

    /// <summary>True to answer all questions with yes.</summary>
    public bool Yes { get; init; }

    /// <summary>True to redo earlier work without asking.</summary>
    public bool Again { get; init; }

    /// <summary>True to start a second run while a run with the same work is open.</summary>
    public bool BesideOpen { get; init; }

    /// <summary>True if uncommitted changes are part of the work. Redoing earlier work is then assumed to be intended, too.</summary>
    public bool TakesUncommitted { get; init; }

    /// <summary>
    /// Creates the input of the run. The arguments are the trusted settings and a flag that is true if the user answered all questions with
    /// yes.
    /// </summary>
    public required Func<OrchestratorSettings, bool, OrchestrationInput> InputOf { get; init; }

    /// <summary>
    /// Checks the machine, the repository and the plan. Asks about trust, uncommitted changes and repeated work. A run that can't be
    /// executed is therefore never started.
    /// </summary>
    /// <param name="context">Provides user interaction, the clock and the current folder.</param>
    /// <param name="stop">Cancels the checks.</param>
    /// <exception cref="UseCaseException">The run can't start, or the user does not agree.</exception>
    public async Task<PreparedRun> PrepareAsync(UseCaseServiceBundle context, CancellationToken stop)
    {
        NewRunInputFactory.RefuseEnded(RunId, Repository);
        var trusted = RepositoryTrustPrompt.RequireTrust(context, Settings, Yes, RunId);
        var settings = trusted.Settings!;
        if (FoundFile is not null)
        {
            RequirePlanTrust(FoundFile, context);
        }
        var agents = Plan is null ? null : RunStartPreconditionChecker.AgentsOf(Plan, Chosen.Ids(Plan), settings);
        var agreed = await RunStartPreconditionChecker.CheckReadyAsync(
            context,
            Repository,
            trusted,
            File,
            Yes || TakesUncommitted,
            stop,
            agents
        );
        if (Plan is null && settings.Planner.Agent != settings.Agent)
        {
            await RunStartPreconditionChecker.RequirePlannerAsync(Repository, trusted, stop);
        }
        var input = InputOf(settings, agreed);
        RunStartPreconditionChecker.RequireStartablePlan(Plan, input, Repository, trusted);
        if (!TakesUncommitted)
        {
            var target = settings.Git.Target;
            input = input with
            {
                Again = await NewRunInputFactory.AskAboutRepetitionAsync(
                    input,
                    RunId,
                    Again,
                    BesideOpen,
                    Repository,
                    target,
                    context,
                    stop
                ),
            };
        }
        return new PreparedRun(
            NewRunInputFactory.WithForecast(input, Plan, Plan is null ? null : Chosen.Ids(Plan), Repository, settings, context),
            trusted,
            agreed
        );
    }

    /// <summary>Asks the user to trust the commands of a plan that the user did not name.</summary>
    private void RequirePlanTrust(string file, UseCaseServiceBundle context) =>
        RepositoryTrustPrompt.RequirePlanTrust(
            context,
            Repository,
            RepositoryTrustPrompt.QuestionOf(Plan!, file),
            Yes,
            RunId,
            "Inspect the plan and name it (orchestrate run "
                + $"{Path.GetRelativePath(context.Directory, context.FullPath(file))}), run 'orchestrate trust' there, or use "
                + "--yes for this run only."
        );
}

/// <summary>A new run that has passed its checks.</summary>
/// <param name="Input">The input of the run.</param>
/// <param name="Settings">The settings of the run, which the user trusts.</param>
/// <param name="Agreed">True if the user answered yes to a question, or gave <c>--yes</c>.</param>
public sealed record PreparedRun(OrchestrationInput Input, SettingsLoadResult Settings, bool Agreed);
