using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Client;
using Orchestrator.Usage;
using Temporal.Server;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.App.Runs;

/// <summary>
/// Corrects a run's record to match the state of its newest workflow execution. The record is wrong if the run was terminated before it
/// recorded its end, or reset after its end. The embedded engine's database file can be read even if no process is using it.
/// </summary>
public static class RunRecordReconciler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Returns the run, with its record corrected from the embedded engine's database file. If the file is unreadable or does not contain
    /// the run, the record is returned unchanged.
    /// </summary>
    public static StoredRun Of(StoredRun run, LocalRepositoryPaths repository) =>
        Read(
            repository,
            file =>
                RunStateNames.IsFinal(run.Status.State) && IsTold(run, EngineDatabaseReader.FindRunId(file, run.Id))
                    ? run with
                    {
                        IsConfirmed = true,
                    }
                : EngineDatabaseReader.Find(file, run.Id) is { } newest
                    ? Compare(run, newest.RunId, newest.End is { } end ? () => Result(end) : null, newest.End?.Time)
                : run,
            run
        );

    /// <summary>
    /// Returns the run, with its record corrected by a query to its Temporal server. If the server does not respond in time, the record is
    /// returned unchanged. The same applies if the server's address comes from repository files that the user does not trust.
    /// </summary>
    public static async Task<StoredRun> AskAsync(
        StoredRun run,
        LocalRepositoryPaths repository,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        if (
            run.IsConfirmed
            || (Read(repository, file => EngineDatabaseReader.FindRunId(file, run.Id), null) is { } here && here == run.Status.ExecutionId)
        )
        {
            return run;
        }
        // The run is shown even if the settings are invalid. Settings in the repository's files apply only if the user trusts them.
        var settings = RepositorySettingsLoader.Open(repository.WorkTree, context.Environment, [], context.Trust, run.Id).Loaded.Settings;
        if (settings?.Temporal.Address is null)
        {
            return run;
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
            var handle = engine.Runs.Get(run.Id);
            return await handle.FindExecutionAsync(patience.Token) is { } newest
                ? await WithMachineAsync(
                    Compare(run, newest.ExecutionId, newest.End is { } end ? () => end : null, newest.EndedAt),
                    handle,
                    context,
                    patience.Token
                ) with
                {
                    Shared = await SharedAsync(engine.Client, context.Time, stop),
                }
                : run;
        }
        catch (Exception silent)
            when (silent is UseCaseException or RpcException or RpcTimeoutOrCanceledException or OperationCanceledException
                && !stop.IsCancellationRequested
            )
        {
            return run;
        }
    }

    /// <summary>
    /// Returns the account ledgers that workflows on a Temporal server keep, or null if these workflows do not respond in time.
    /// </summary>
    private static async Task<AccountLedgerSet?> SharedAsync(ITemporalClient client, TimeProvider time, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return await new AccountLedgerReader(client).ReadAsync(patience.Token);
        }
        catch (Exception silent)
            when (silent is RpcException or RpcTimeoutOrCanceledException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// Adds the unreachable machine that the run is waiting for, if there is one. If another machine owns the run, or if the run has moved
    /// since its record was written, the status from its workflow replaces the record.
    /// </summary>
    private static async Task<StoredRun> WithMachineAsync(
        StoredRun run,
        RunHandle handle,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        if (RunStateNames.IsFinal(run.Status.State))
        {
            return run;
        }
        var status = run.Status;
        try
        {
            // The local record of another machine's run is as old as the last of its tasks that was executed here.
            if (
                await handle.FindQueueAsync(stop) is { Length: > 0 } queue
                && (queue != status.Queue || QueueNames.MachineOf(queue) != context.Machine)
            )
            {
                status = await handle.StatusAsync(stop);
            }
        }
        catch (Exception silent) when (silent is RpcException or RpcTimeoutOrCanceledException or OperationCanceledException)
        {
            // No worker answers queries, so the last known owner is taken from the record.
        }
        // The query may have used its whole time limit. The next call gets a new limit, because the server itself answers it at once.
        using var patience = new CancellationTokenSource(Patience, context.Time);
        return run with
        {
            Status = status with
            {
                Away = await handle.FindAwayAsync(status, context.Workers.IsDead, context.Time.GetUtcNow(), patience.Token),
            },
        };
    }

    private static T Read<T>(LocalRepositoryPaths repository, Func<string, T> read, T unknown)
    {
        var file = Path.Combine(repository.OrchestratorFolder, EngineDatabaseLock.FileName);
        try
        {
            return File.Exists(file) ? read(file) : unknown;
        }
        catch (Exception unreadable) when (unreadable is InvalidOperationException or JsonException)
        {
            // The run is shown even if the file is empty, damaged or of a newer version. The process that serves the file reports the
            // problem.
            return unknown;
        }
    }

    // A run writes its end to the record shortly before its workflow execution closes.
    private static bool IsTold(StoredRun run, string? executionId) =>
        RunStateNames.IsFinal(run.Status.State) && run.Status.ExecutionId == executionId;

    private static StoredRun Compare(StoredRun run, string executionId, Func<RunResult>? end, DateTimeOffset? endedAt)
    {
        if (IsTold(run, executionId))
        {
            return run;
        }
        if (end is not null)
        {
            run.Close(end(), endedAt ?? run.WrittenAt);
            return run.Reload();
        }

        return RunStateNames.IsFinal(run.Status.State)
            ? run with
            {
                Status = (
                    run.Status with
                    {
                        State = RunStateNames.Preparing,
                        Why = new NoRunStateRecordedSinceResetReason(run.Status.State),
                    }
                ).Summed(),
            }
            : run;
    }

    private static RunResult Result(WorkflowRunOutcome end) =>
        end.Kind switch
        {
            "Terminated" => new()
            {
                State = RunStateNames.Terminated,
                Why = RunWorkflowExecutionStatus.Terminated(end.Identity, end.Reason),
            },
            "Canceled" => new() { State = RunStateNames.Cancelled, Why = new WorkflowCanceledExternallyReason() },
            "Completed" => DeserializeResult(end.Result),
            "TimedOut" => new() { State = RunStateNames.Failed, Why = new WorkflowTimedOutReason() },
            _ => new() { State = RunStateNames.Failed, Why = new WorkflowFailedReason(new VerbatimQuote(end.Reason)) },
        };

    private static RunResult DeserializeResult(string json) => JsonSerializer.Deserialize<RunResult>(json, PayloadJsonOptions.Options)!;
}
