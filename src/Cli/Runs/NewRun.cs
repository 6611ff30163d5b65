using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Runs;

/// <summary>A run that is about to be started: its id, and that nothing else has it or does its work.</summary>
internal static class NewRun
{
    /// <summary>An id of its own, after what it is about.</summary>
    /// <param name="request">The request in words; null where a file is named.</param>
    /// <param name="named">The plan or backlog.</param>
    public static string NewId(string? request, string? named) =>
        RunIds.Create(request ?? (PlanFileName.IsBacklog(named!) ? "backlog" : Path.GetFileNameWithoutExtension(named)!), Guid.NewGuid());

    /// <summary>Two runs of one plan do its work twice, and wait for each other's files. Who says yes, or gives the run a name of its own,
    /// means it.</summary>
    public static void AskAboutTwin(string? request, string? named, string runId, RepositoryLocation repository, CommandContext context)
    {
        var what = request ?? (named is null ? null : Requests.InRepository(repository, context.FullPath(named)));
        if (StoredRuns.Open(repository).FirstOrDefault(run => run.Id != runId && run.Status.Title == what) is not { } twin)
        {
            return;
        }
        context.Terminal.Warn($"{twin.Id} is a run of the same plan and still open ({RunStanding.Describe(twin.Status)}).");
        if (context.Terminal.Ask("Start another one?") is not true)
        {
            throw new CommandException(
                ExitCodes.NeedsPerson,
                $"Nothing was started, since {twin.Id} is a run of the same plan and still open.",
                $"'orchestrate resume {twin.Id}' goes on with it, 'orchestrate cancel {twin.Id}' ends it; --yes starts another one."
            );
        }
    }

    /// <summary>The id is not that of a run that has ended.</summary>
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
}
