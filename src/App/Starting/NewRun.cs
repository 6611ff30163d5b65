using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Reports;
using Orchestrator.Settings;

namespace Orchestrator.App.Starting;

/// <summary>A new run: its id, and checks that no other run has it or does the same work.</summary>
public static class NewRun
{
    /// <summary>A new id, made from the run's subject.</summary>
    /// <param name="request">The request in words; null where a file is named.</param>
    /// <param name="named">The plan or backlog.</param>
    public static string NewId(string? request, string? named) =>
        RunIds.Create(request ?? (PlanFileName.IsBacklog(named!) ? "backlog" : Path.GetFileNameWithoutExtension(named)!), Guid.NewGuid());

    /// <summary>Asks where an open run does the same work, or one has landed it and nothing has changed since: it would be paid
    /// twice.</summary>
    /// <param name="input">The start's input.</param>
    /// <param name="runId">Id of the new run.</param>
    /// <param name="again"><c>--again</c>: the work is meant.</param>
    /// <param name="besideOpen">A second run beside an open one is meant, by <c>--yes</c> or an explicit id; not beside one that has landed
    /// a part.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="target">The branch to land on; null: the one that is checked out.</param>
    /// <param name="context">Terminal.</param>
    /// <returns>True where the work is a repetition and is meant.</returns>
    /// <exception cref="UseCaseException">It is a repetition, and nobody has said that it is meant.</exception>
    public static async Task<bool> AskAboutRepetitionAsync(
        OrchestrationInput input,
        string runId,
        bool again,
        bool besideOpen,
        RepositoryLocation repository,
        string? target,
        UseCaseContext context,
        CancellationToken stop
    )
    {
        if (again || RepeatedWork.Of(input, ReferenceOf(repository)) is not { } work)
        {
            return again;
        }
        var twin = StoredRuns
            .Open(repository)
            .FirstOrDefault(run =>
                run.Id != runId && (run.Status.Title == input.Subject || work.IsOf(new RunFolder(repository.Root, run.Id)))
            );
        if (twin is not null && (!besideOpen || twin.Status.HasLanded))
        {
            Ask(
                RepeatedWork.DescribeOpen(twin.Status),
                "Start another one?",
                $"'orchestrate resume {twin.Id}' continues it, 'orchestrate cancel {twin.Id}' ends it; --again starts another one.",
                context
            );
            return true;
        }
        if (await work.FindLandedAsync(runId, target, context.Services, stop) is not { } landed)
        {
            return twin is not null;
        }
        Ask(
            RepeatedWork.Describe(landed),
            "Run it again?",
            $"'orchestrate show {landed.RunId}' shows what it did; --again runs it once more.",
            context
        );
        return true;
    }

    /// <summary>The run that landed the work of a start where nothing has changed since; null: there is none.</summary>
    public static async Task<RunStatus?> FindLandedAsync(
        OrchestrationInput input,
        RepositoryLocation repository,
        string? target,
        UseCaseContext context,
        CancellationToken stop
    ) =>
        RepeatedWork.Of(input, ReferenceOf(repository)) is { } work ? await work.FindLandedAsync("", target, context.Services, stop) : null;

    /// <summary>Asks a person about a fact; refuses where nobody answers yes. The fact is said once.</summary>
    private static void Ask(string fact, string question, string cure, UseCaseContext context)
    {
        var isAsked = context.Interaction.IsInteractive;
        if (isAsked)
        {
            context.Interaction.Warn(fact);
        }
        if (!isAsked || context.Interaction.Ask(question) is not true)
        {
            throw new UseCaseException(Outcome.NeedsPerson, isAsked ? "Nothing was started." : $"Nothing was started: {fact}", cure);
        }
    }

    /// <summary>The repository as steps of runs know it.</summary>
    public static RepositoryReference ReferenceOf(RepositoryLocation repository) =>
        new(repository.Root, repository.Key, "") { LinkedWorktree = repository.LinkedWorktree };

    /// <summary>Refuses the id of an ended run.</summary>
    public static void RefuseEnded(string runId, RepositoryLocation repository)
    {
        if (
            StoredRun.TryRead(Path.Combine(repository.RunsFolder, runId)) is { } stored
            && NewestExecution.Of(stored, repository) is var before
            && RunStates.IsFinal(before.Status.State)
        )
        {
            throw new UseCaseException(
                Outcome.Usage,
                $"There was a run {runId} already: it is {before.Status.State}.",
                $"Choose another id, or leave --run-id out."
            );
        }
    }

    /// <summary>Says what runs of its kind have cost and taken, and has the run remember it.</summary>
    public static OrchestrationInput WithForecast(
        OrchestrationInput input,
        Plan? plan,
        IReadOnlySet<string>? chosen,
        RepositoryLocation repository,
        OrchestratorSettings settings,
        UseCaseContext context
    )
    {
        RunPreparation.WarnOfFailures(plan, chosen, repository, context);
        if (plan is null || new RunForecasts(repository.Root).Of(plan, chosen, settings, context.AccountRecords) is not { } forecast)
        {
            return input;
        }
        context.Interaction.Say($"Expected: {RunForecasts.Describe(forecast)}.");
        return input with { Forecast = forecast };
    }
}
