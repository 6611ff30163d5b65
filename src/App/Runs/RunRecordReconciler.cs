using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Client;
using Orchestrator.Usage;
using Temporal.Server;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.App.Runs;

/// <summary>Corrects the record of a run by the engine's state of its newest execution. A terminated run could not write its end, and a
/// run that was reset continues although its record has an end. For the embedded engine the file is read, so no server is
/// needed.</summary>
public static class RunRecordReconciler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Returns the run corrected by the embedded engine's file, or the unchanged record if the run is unknown there or the file
    /// is unreadable.</summary>
    public static StoredRun Of(StoredRun run, RepositoryLocation repository) =>
        Read(
            repository,
            file =>
                RunStates.IsFinal(run.Status.State) && IsTold(run, EngineFileReader.FindRunId(file, run.Id))
                    ? run with
                    {
                        IsConfirmed = true,
                    }
                : EngineFileReader.Find(file, run.Id) is { } newest
                    ? Compare(run, newest.RunId, newest.End is { } end ? () => Result(end) : null, newest.End?.Time)
                : run,
            run
        );

    /// <summary>Returns the run corrected by a query to its Temporal server. The record stays unchanged if the server does not answer
    /// soon, or if untrusted repository files name it.</summary>
    public static async Task<StoredRun> AskAsync(
        StoredRun run,
        RepositoryLocation repository,
        UseCaseContext context,
        CancellationToken stop
    )
    {
        if (
            run.IsConfirmed
            || (Read(repository, file => EngineFileReader.FindRunId(file, run.Id), null) is { } here && here == run.Status.ExecutionId)
        )
        {
            return run;
        }
        // Invalid settings must not prevent showing the run. Settings in the repository's files apply only if they are trusted.
        var settings = SettingsOfRepository.Open(repository.WorkTree, context.Environment, [], context.Trust, run.Id).Loaded.Settings;
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

    /// <summary>Returns the ledgers of a server's governors, or null if they do not answer soon.</summary>
    private static async Task<LedgerBook?> SharedAsync(ITemporalClient client, TimeProvider time, CancellationToken stop)
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

    /// <summary>Adds the machine that a run waits for, if any. If another machine owns the run, or the run has moved since its record was
    /// written, the run's own status replaces the record.</summary>
    private static async Task<StoredRun> WithMachineAsync(StoredRun run, RunHandle handle, UseCaseContext context, CancellationToken stop)
    {
        if (RunStates.IsFinal(run.Status.State))
        {
            return run;
        }
        var status = run.Status;
        try
        {
            // The local record of another machine's run, such as one with tasks hosted here, is as old as the last task that came here.
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
            // No worker answers queries, so the record determines the last known owner.
        }
        // The query may have used its whole time limit, but the server itself answers the next call at once; so that call gets a new
        // limit.
        using var patience = new CancellationTokenSource(Patience, context.Time);
        return run with
        {
            Status = status with
            {
                Away = await handle.FindAwayAsync(status, context.Workers.IsDead, context.Time.GetUtcNow(), patience.Token),
            },
        };
    }

    private static T Read<T>(RepositoryLocation repository, Func<string, T> read, T unknown)
    {
        var file = Path.Combine(repository.OrchestratorFolder, EngineFile.FileName);
        try
        {
            return File.Exists(file) ? read(file) : unknown;
        }
        catch (Exception unreadable) when (unreadable is InvalidOperationException or JsonException)
        {
            // An empty, damaged or newer file must not prevent showing the run. The process that serves the file reports the problem.
            return unknown;
        }
    }

    // A run writes its end to the record a moment before its execution closes.
    private static bool IsTold(StoredRun run, string? executionId) =>
        RunStates.IsFinal(run.Status.State) && run.Status.ExecutionId == executionId;

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

        return RunStates.IsFinal(run.Status.State)
            ? run with
            {
                Status = (run.Status with { State = RunStates.Preparing, Why = new ResetNotRecorded(run.Status.State) }).Summed(),
            }
            : run;
    }

    private static RunResult Result(EngineRunEnd end) =>
        end.Kind switch
        {
            "Terminated" => new() { State = RunStates.Terminated, Why = RunExecution.Terminated(end.Identity, end.Reason) },
            "Canceled" => new() { State = RunStates.Cancelled, Why = new CancelledByTool() },
            "Completed" => Told(end.Result),
            "TimedOut" => new() { State = RunStates.Failed, Why = new WorkflowTimedOut() },
            _ => new() { State = RunStates.Failed, Why = new ExecutionFailed(new Quote(end.Reason)) },
        };

    private static RunResult Told(string json) => JsonSerializer.Deserialize<RunResult>(json, MessageJson.Options)!;
}
