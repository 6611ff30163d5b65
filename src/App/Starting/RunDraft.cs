namespace Orchestrator.App.Starting;

/// <summary>A new run before its checks and questions.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Settings">The settings as far as they are trusted already.</param>
public sealed record RunDraft(string RunId, RepositoryLocation Repository, RepositorySettings Settings)
{
    /// <summary>The plan, or null if a planner makes it.</summary>
    public Plan? Plan { get; init; }

    /// <summary>Absolute path of the plan, backlog or document, which may be uncommitted; null for none.</summary>
    public string? File { get; init; }

    /// <summary>The plan's file if the user did not name it, relative to the folder of the context; else null. Its commands need
    /// trust.</summary>
    public string? FoundFile { get; init; }

    /// <summary>The chosen tasks. Default: all.</summary>
    public TaskChoice Chosen { get; init; } = TaskChoice.All;

    /// <summary>True to answer questions with yes.</summary>
    public bool Yes { get; init; }

    /// <summary>True to repeat the same work without a question.</summary>
    public bool Again { get; init; }

    /// <summary>True to start a second run beside an open one of the same work.</summary>
    public bool BesideOpen { get; init; }

    /// <summary>True if uncommitted changes are part of the work, and a repetition is intended.</summary>
    public bool TakesUncommitted { get; init; }

    /// <summary>Builds the run's input from the trusted settings, and from true if the user agreed to all questions so far.</summary>
    public required Func<OrchestratorSettings, bool, OrchestrationInput> InputOf { get; init; }

    /// <summary>Checks machine, repository and plan, and asks about trust, uncommitted changes and repeated work, so that a run that can't
    /// work is never started.</summary>
    /// <param name="context">The user, clock and folder.</param>
    /// <param name="stop">Cancels the checks.</param>
    /// <exception cref="UseCaseException">The run can't begin, or the user does not agree.</exception>
    public async Task<PreparedRun> PrepareAsync(UseCaseContext context, CancellationToken stop)
    {
        NewRun.RefuseEnded(RunId, Repository);
        var trusted = TrustGate.Demand(context, Settings, Yes, RunId);
        var settings = trusted.Settings!;
        if (FoundFile is not null)
        {
            DemandFoundPlan(FoundFile, context);
        }
        var agents = Plan is null ? null : RunPreparation.AgentsOf(Plan, Chosen.Ids(Plan), settings);
        var agreed = await RunPreparation.DemandAsync(context, Repository, trusted, File, Yes || TakesUncommitted, stop, agents);
        if (Plan is null && settings.Planner.Agent != settings.Agent)
        {
            await RunPreparation.DemandPlannerAsync(Repository, trusted, stop);
        }
        var input = InputOf(settings, agreed);
        RunPreparation.DemandPlan(Plan, input, Repository, trusted);
        if (!TakesUncommitted)
        {
            var target = settings.Git.Target;
            input = input with
            {
                Again = await NewRun.AskAboutRepetitionAsync(input, RunId, Again, BesideOpen, Repository, target, context, stop),
            };
        }
        return new PreparedRun(
            NewRun.WithForecast(input, Plan, Plan is null ? null : Chosen.Ids(Plan), Repository, settings, context),
            trusted,
            agreed
        );
    }

    /// <summary>Asks about the commands of a plan that the user did not name.</summary>
    private void DemandFoundPlan(string file, UseCaseContext context) =>
        TrustGate.DemandPlan(
            context,
            Repository,
            TrustGate.QuestionOf(Plan!, file),
            Yes,
            RunId,
            $"Inspect it, then name it: orchestrate run {Path.GetRelativePath(context.Directory, context.FullPath(file))}; or run "
                + "'orchestrate trust' there, or use --yes for this run only."
        );
}

/// <summary>A new run that passed its checks.</summary>
/// <param name="Input">Its input.</param>
/// <param name="Settings">Its trusted settings.</param>
/// <param name="Agreed">True if the user answered yes, or gave it in advance.</param>
public sealed record PreparedRun(OrchestrationInput Input, SettingsResult Settings, bool Agreed);
