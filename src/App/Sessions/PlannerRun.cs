using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.App.Sessions;

/// <summary>Starts a run that ends with its planner's result, or continues an unfinished one for the same request.</summary>
public static class PlannerRun
{
    /// <summary>Returns the run id for a request. The same request gets the same id, so that repeating the command after a crash finds the
    /// run instead of paying twice. A finished run is started again.</summary>
    /// <param name="title">Subject of the request.</param>
    /// <param name="question">All inputs that distinguish the request from others.</param>
    /// <param name="repository">The repository.</param>
    public static string IdOf(string title, string question, RepositoryLocation repository)
    {
        var id = RunIds.Create(title, new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(question)).AsSpan(0, 16)), "plan");
        var before = StoredRun.TryRead(Path.Combine(repository.RunsFolder, id));
        return before is not null && RunStates.IsFinal(before.Status.State) ? RunIds.Create(title, Guid.NewGuid(), "plan") : id;
    }

    /// <summary>Executes the run to its end.</summary>
    /// <param name="context">Clock, folder and messages.</param>
    /// <param name="presenter">Shows the run.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="opened">Settings of the repository.</param>
    /// <param name="input">Input of the run with the request.</param>
    /// <param name="id">Id of the run from <see cref="IdOf"/>.</param>
    /// <param name="yes">True if <c>--yes</c> trusts the repository's commands for this run.</param>
    /// <param name="show">Shows the result after success.</param>
    /// <param name="stop">Cancels the run.</param>
    /// <returns>The exit code.</returns>
    public static async Task<Outcome> RunAsync(
        UseCaseContext context,
        IRunPresenter presenter,
        RepositoryLocation repository,
        RepositorySettings opened,
        OrchestrationInput input,
        string id,
        bool yes,
        Action show,
        CancellationToken stop
    )
    {
        var settings = TrustGate.Demand(context, opened, yes, id);
        await RunPreparation.DemandPlannerAsync(repository, settings, stop);
        await using var session = await RunSession.OpenAsync(context, presenter, repository, settings.Settings!, stop);
        var before = StoredRun.TryRead(Path.Combine(repository.RunsFolder, id))?.Status;
        var run = await session.Runs.StartAsync(input, id, stop);
        if (before?.Paused == true)
        {
            context.Interaction.Say((await run.ResumeAsync(cancellation: stop)).Message);
        }
        context.Interaction.Say(before is null ? $"{id} has started." : $"{id} was started earlier and continues.");
        var code = await session.WatchAsync(run, before?.Sequence ?? 0);
        if (code == Outcome.Done)
        {
            show();
        }
        await session.FinishOthersAsync(run);
        return code;
    }
}
