using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.App.Sessions;

/// <summary>
/// Executes a run that ends when its planner has returned a result. If an unfinished run for the same request exists, that run is
/// continued.
/// </summary>
public static class PlannerRun
{
    /// <summary>
    /// Returns the run id for a request. Equal requests have the same id, so that a command repeated after a crash finds the existing run
    /// and does not start a second one. If that run has already ended, a new id is returned.
    /// </summary>
    /// <param name="title">Subject of the request, which becomes part of the id.</param>
    /// <param name="question">All inputs that distinguish the request from other requests.</param>
    /// <param name="repository">The repository.</param>
    public static string IdOf(string title, string question, LocalRepositoryPaths repository)
    {
        var id = RunIds.Create(title, new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(question)).AsSpan(0, 16)), "plan");
        var before = StoredRun.TryRead(Path.Combine(repository.RunsFolder, id));
        return before is not null && RunStateNames.IsFinal(before.Status.State) ? RunIds.Create(title, Guid.NewGuid(), "plan") : id;
    }

    /// <summary>Executes the run until it ends.</summary>
    /// <param name="context">Provides user interaction, the clock and the current folder.</param>
    /// <param name="presenter">Shows the run.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="opened">The opened settings of the repository.</param>
    /// <param name="input">Input of the run, which contains the request.</param>
    /// <param name="id">Id of the run, as returned by <see cref="IdOf"/>.</param>
    /// <param name="yes">True if <c>--yes</c> trusts the commands of the repository for this run.</param>
    /// <param name="show">Shows the result if the run succeeds.</param>
    /// <param name="stop">Cancels the run.</param>
    /// <returns>The exit code.</returns>
    public static async Task<UseCaseOutcome> RunAsync(
        UseCaseServiceBundle context,
        IRunPresenter presenter,
        LocalRepositoryPaths repository,
        RepositorySettings opened,
        OrchestrationInput input,
        string id,
        bool yes,
        Action show,
        CancellationToken stop
    )
    {
        var settings = RepositoryTrustPrompt.RequireTrust(context, opened, yes, id);
        await RunStartPreconditionChecker.RequirePlannerAsync(repository, settings, stop);
        await using var session = await ForegroundRunExecutor.OpenAsync(context, presenter, repository, settings.Settings!, stop);
        var before = StoredRun.TryRead(Path.Combine(repository.RunsFolder, id))?.Status;
        var run = await session.Runs.StartAsync(input, id, stop);
        if (before?.Paused == true)
        {
            context.Interaction.Inform((await run.ResumeAsync(cancellation: stop)).Message);
        }
        context.Interaction.Inform(before is null ? $"{id} has started." : $"{id} was started earlier and is continuing.");
        var code = await session.WatchAsync(run, before?.Sequence ?? 0);
        if (code == UseCaseOutcome.Done)
        {
            show();
        }
        await session.FinishOthersAsync(run);
        return code;
    }
}
