using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Runs;

/// <summary>A new run: its id, and checks that no other run has it or does the same work.</summary>
internal static class NewRun
{
    /// <summary>A new id, made from the run's subject.</summary>
    /// <param name="request">The request in words; null where a file is named.</param>
    /// <param name="named">The plan or backlog.</param>
    public static string NewId(string? request, string? named) =>
        RunIds.Create(request ?? (PlanFileName.IsBacklog(named!) ? "backlog" : Path.GetFileNameWithoutExtension(named)!), Guid.NewGuid());

    /// <summary>Two runs of one plan do its work twice, and wait for each other's files. <c>--yes</c> or an explicit id means that it is
    /// intended.</summary>
    public static void AskAboutDuplicate(
        string? request,
        string? named,
        string runId,
        RepositoryLocation repository,
        CommandContext context
    )
    {
        var what = request ?? (named is null ? null : Requests.InRepository(repository, context.FullPath(named)));
        if (StoredRuns.Open(repository).FirstOrDefault(run => run.Id != runId && run.Status.Title == what) is not { } twin)
        {
            return;
        }
        context.Terminal.Warn($"{twin.Id} is a run of the same plan and still open ({RunLiveness.Describe(twin.Status)}).");
        if (context.Terminal.Ask("Start another one?") is not true)
        {
            throw new CommandException(
                ExitCodes.NeedsPerson,
                $"Nothing was started, since {twin.Id} is a run of the same plan and still open.",
                $"'orchestrate resume {twin.Id}' goes on with it, 'orchestrate cancel {twin.Id}' ends it; --yes starts another one."
            );
        }
    }

    /// <summary>Refuses the id of an ended run.</summary>
    public static void RefuseEnded(string runId, RepositoryLocation repository)
    {
        if (
            StoredRun.TryRead(Path.Combine(repository.RunsFolder, runId)) is { } stored
            && NewestExecution.Of(stored, repository) is var before
            && RunStates.IsFinal(before.Status.State)
        )
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"There was a run {runId} already: it is {before.Status.State}.",
                $"Choose another id, or leave {DetachedRun.RunId} out."
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
        CommandContext context
    )
    {
        if (plan is null || new RunForecasts(repository.Root).Of(plan, chosen, settings, context.AccountRecords) is not { } forecast)
        {
            return input;
        }
        context.Terminal.Say($"Expected: {RunForecasts.Describe(forecast)}.");
        return input with { Forecast = forecast };
    }
}
