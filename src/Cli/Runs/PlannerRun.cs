using System.Security.Cryptography;
using System.Text;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Runs;

/// <summary>A run that ends with its planner's result: started, or continued where one for the same request is unfinished.</summary>
internal static class PlannerRun
{
    /// <summary>The id for a request: the same request has the same one, so that repeating the command after a crash finds it instead of
    /// paying once more. A finished one is started again.</summary>
    /// <param name="title">What it is about.</param>
    /// <param name="question">All that makes it this question.</param>
    /// <param name="repository">The repository.</param>
    public static string IdOf(string title, string question, RepositoryLocation repository)
    {
        var id = RunIds.Create(title, new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(question)).AsSpan(0, 16)), "plan");
        var before = StoredRun.TryRead(Path.Combine(repository.RunsFolder, id));
        return before is not null && RunStates.IsFinal(before.Status.State) ? RunIds.Create(title, Guid.NewGuid(), "plan") : id;
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="context">Terminal and folder.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="opened">The settings.</param>
    /// <param name="input">The request.</param>
    /// <param name="id">Its id, by <see cref="IdOf"/>.</param>
    /// <param name="yes"><c>--yes</c>: the repository's commands are trusted for this run.</param>
    /// <param name="show">Shows the result, when it ended well.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The exit code.</returns>
    public static async Task<Outcome> RunAsync(
        CommandContext context,
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
        await using var session = await RunSession.OpenAsync(context, repository, settings.Settings!, stop);
        var before = StoredRun.TryRead(Path.Combine(repository.RunsFolder, id))?.Status;
        var run = await session.Runs.StartAsync(input, id, stop);
        if (before?.Paused == true)
        {
            context.Terminal.Say((await run.ResumeAsync(cancellation: stop)).Message);
        }
        context.Terminal.Say(before is null ? $"{id} has started." : $"{id} was begun before and continues.");
        var code = await session.WatchAsync(run, before?.Sequence ?? 0);
        if (code == Outcome.Done)
        {
            show();
        }
        await session.FinishOthersAsync(run);
        return code;
    }
}
