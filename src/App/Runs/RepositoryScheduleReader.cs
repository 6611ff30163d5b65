using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Client.Schedules;
using Temporalio.Exceptions;

namespace Orchestrator.App.Runs;

/// <summary>
/// Reads the schedules of a repository from the file of its embedded engine, or from the Temporal server that the settings specify. It does
/// not start an engine.
/// </summary>
internal static class RepositoryScheduleReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Returns the schedules, sorted by name. If a server does not respond in time, a warning is shown and its schedules are omitted.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="context">Provides the clock, settings and user interaction.</param>
    /// <param name="since">Start of the period whose start times are read. The period ends now.</param>
    /// <param name="stop">Cancels the query.</param>
    /// <exception cref="InvalidOperationException">The engine's file is damaged or was written by another release.</exception>
    public static async Task<IReadOnlyList<RunSchedule>> ReadAsync(
        LocalRepositoryPaths repository,
        UseCaseServiceBundle context,
        DateTimeOffset since,
        CancellationToken stop
    )
    {
        var now = context.Time.GetUtcNow();
        // Settings in the repository's files apply only if the user trusts them.
        var settings = RepositorySettingsLoader
            .Open(repository.WorkTree, context.Environment, [], context.Trust, runId: null)
            .Loaded.Settings;
        if (settings?.Temporal.Address is not { } address)
        {
            return EngineDatabaseScheduleReader.Read(repository, since, now);
        }
        using var limit = new CancellationTokenSource(Patience, context.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await using var engine = await EngineConnection.ConnectAsync(
                settings.Temporal,
                context,
                NullLoggerFactory.Instance,
                patience.Token
            );
            return await new RunScheduleClient(engine.Client, repository.Key).ListAsync(since, now, patience.Token);
        }
        catch (Exception silent)
            when (silent is UseCaseException or RpcException or RpcTimeoutOrCanceledException or OperationCanceledException
                && !stop.IsCancellationRequested
            )
        {
            context.Interaction.Warn(
                $"The schedules of {repository.Root} are unknown, because the server at {address} did not answer: {silent.Message}"
            );
            return [];
        }
    }
}
