using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Starting;

/// <summary>Prepares the id and the input of a new run, and checks that no other run has the same id or does the same work.</summary>
public static class NewRunInputFactory
{
    /// <summary>Returns the part of a new run's input that follows from the settings. The caller adds the work.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="settings">Settings of the run.</param>
    public static OrchestrationInput InputOf(LocalRepositoryPaths repository, OrchestratorSettings settings) =>
        new()
        {
            Repository = repository.WorkTree,
            Agent = settings.Agent,
            Workers = settings.Workers,
            Land = settings.Git.Land,
            Target = settings.Git.Target,
        };

    /// <summary>Creates the id of a run from its request or from the name of its plan file.</summary>
    /// <param name="request">Text of the request, or null if the user named a file.</param>
    /// <param name="named">Path of the plan or backlog, or null if the user gave a request.</param>
    public static string NewId(string? request, string? named) =>
        RunIds.Create(request ?? (PlanFileName.IsBacklog(named!) ? "backlog" : Path.GetFileNameWithoutExtension(named)!), Guid.NewGuid());

    /// <summary>
    /// Asks for confirmation if the same work would be paid for twice. This applies if an open run is doing the same work. It also applies
    /// if an earlier run landed the work and the landed files have not changed since.
    /// </summary>
    /// <param name="input">Input of the new run.</param>
    /// <param name="runId">Id of the new run.</param>
    /// <param name="again">True if <c>--again</c> confirms the repetition.</param>
    /// <param name="besideOpen">True if <c>--yes</c> or an explicit id confirms a second run next to an open one. This has no effect if the
    /// open run has already landed a part.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="target">Branch on which the run lands, or null for the branch that is checked out.</param>
    /// <param name="context">Provides user interaction.</param>
    /// <returns>True if the work is a repetition that was confirmed.</returns>
    /// <exception cref="UseCaseException">The work is a repetition that was not confirmed.</exception>
    public static async Task<bool> AskAboutRepetitionAsync(
        OrchestrationInput input,
        string runId,
        bool again,
        bool besideOpen,
        LocalRepositoryPaths repository,
        string? target,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        if (again || DuplicateRunChecker.Of(input, ReferenceOf(repository)) is not { } work)
        {
            return again;
        }
        var twin = StoredRunFinder
            .Open(repository)
            .FirstOrDefault(run =>
                run.Id != runId && (run.Status.Title == input.Subject || work.IsOf(new RunFolder(repository.Root, run.Id)))
            );
        if (twin is not null && (!besideOpen || twin.Status.HasLanded))
        {
            Ask(
                DuplicateRunChecker.DescribeOpen(twin.Status),
                "Start another one?",
                $"'orchestrate resume {twin.Id}' continues it, 'orchestrate cancel {twin.Id}' ends it, and --again starts another one.",
                context
            );
            return true;
        }
        if (await work.FindLandedAsync(runId, target, context.Services, stop) is not { } landed)
        {
            return twin is not null;
        }
        Ask(
            DuplicateRunChecker.Describe(landed),
            "Run it again?",
            $"'orchestrate show {landed.RunId}' shows its work; --again runs it again.",
            context
        );
        return true;
    }

    /// <summary>
    /// Returns a sentence about the run that landed the same work. Returns null if there is none or if the landed files have changed since.
    /// </summary>
    public static async Task<string?> FindLandedAsync(
        OrchestrationInput input,
        LocalRepositoryPaths repository,
        string? target,
        UseCaseServiceBundle context,
        CancellationToken stop
    ) =>
        DuplicateRunChecker.Of(input, ReferenceOf(repository)) is { } work
        && await work.FindLandedAsync("", target, context.Services, stop) is { } landed
            ? DuplicateRunChecker.Describe(landed)
            : null;

    /// <summary>Returns a sentence about the expected cost and duration of a run, or null if the repository has no past runs.</summary>
    public static string? ForecastText(
        Plan plan,
        IReadOnlySet<string>? chosen,
        OrchestratorSettings settings,
        UseCaseServiceBundle context
    ) =>
        new RunForecasts(context.RequireRepository().Root).Of(plan, chosen, settings, context.AccountRecords) is { } forecast
            ? $"Expected: {RunForecasts.Describe(forecast)}."
            : null;

    /// <summary>
    /// Asks the user for confirmation, and throws unless the answer is yes. The reason for the question is shown only once, either as a
    /// warning or in the error.
    /// </summary>
    private static void Ask(string fact, string question, string cure, UseCaseServiceBundle context)
    {
        var isAsked = context.Interaction.IsInteractive;
        if (isAsked)
        {
            context.Interaction.Warn(fact);
        }
        if (!isAsked || context.Interaction.Ask(question) is not true)
        {
            throw new UseCaseException(
                UseCaseOutcome.NeedsPerson,
                isAsked ? "The run was not started." : $"Nothing was started: {fact}",
                cure
            );
        }
    }

    /// <summary>Returns the reference by which the activities of a run identify the repository.</summary>
    public static RepositoryReference ReferenceOf(LocalRepositoryPaths repository) =>
        new(repository.Root, repository.Key, "") { LinkedWorktree = repository.LinkedWorktree };

    /// <summary>Throws if a run with this id has ended.</summary>
    public static void RefuseEnded(string runId, LocalRepositoryPaths repository)
    {
        if (
            StoredRun.TryRead(Path.Combine(repository.RunsFolder, runId)) is { } stored
            && RunRecordReconciler.Of(stored, repository) is var before
            && RunStateNames.IsFinal(before.Status.State)
        )
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"A run {runId} already exists; it is {before.Status.State}.",
                $"Choose another id, or omit --run-id."
            );
        }
    }

    /// <summary>Shows the cost and duration of earlier runs of the same kind, and adds the forecast to the run's input.</summary>
    public static OrchestrationInput WithForecast(
        OrchestrationInput input,
        Plan? plan,
        IReadOnlySet<string>? chosen,
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        UseCaseServiceBundle context
    )
    {
        RunStartPreconditionChecker.WarnOfFailures(plan, chosen, repository, context);
        if (plan is null || new RunForecasts(repository.Root).Of(plan, chosen, settings, context.AccountRecords) is not { } forecast)
        {
            return input;
        }
        context.Interaction.Inform($"Expected: {RunForecasts.Describe(forecast)}.");
        return input with { Forecast = forecast };
    }
}
