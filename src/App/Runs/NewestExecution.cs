using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Usage;
using Temporal.Server;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.App.Runs;

/// <summary>Corrects the record of a run by the engine's state of its newest execution: a terminated run could not write its end, and one
/// that was reset continues although its record has an end. The embedded engine's file is read, so that no server is needed.</summary>
public static class NewestExecution
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The run by the embedded engine's file. If it is unknown there, or the file can't be read, the record is used.</summary>
    public static StoredRun Of(StoredRun run, RepositoryLocation repository) =>
        Read(
            repository,
            file =>
                RunStates.IsFinal(run.Status.State) && IsTold(run, EngineLookup.FindRunId(file, run.Id)) ? run with { IsConfirmed = true }
                : EngineLookup.Find(file, run.Id) is { } newest
                    ? Compare(run, newest.RunId, newest.End is { } end ? () => Result(end) : null, newest.End?.Time)
                : run,
            run
        );

    /// <summary>The newest state of a run on a Temporal server, which is queried, unless the repository's files name it and are not
    /// trusted, or it does not answer soon.</summary>
    public static async Task<StoredRun> AskAsync(
        StoredRun run,
        RepositoryLocation repository,
        UseCaseContext context,
        CancellationToken stop
    )
    {
        if (
            run.IsConfirmed
            || (Read(repository, file => EngineLookup.FindRunId(file, run.Id), null) is { } here && here == run.Status.ExecutionId)
        )
        {
            return run;
        }
        // Invalid settings do not prevent showing the run, and the repository's files count only where they are trusted.
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

    /// <summary>The ledgers of the governors of a server; null if they don't answer soon.</summary>
    private static async Task<LedgerBook?> SharedAsync(ITemporalClient client, TimeProvider time, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return await new ServerAccounts(client).ReadAsync(patience.Token);
        }
        catch (Exception silent)
            when (silent is RpcException or RpcTimeoutOrCanceledException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The run with the machine that it waits for, if it does; and where it is another machine's, or its record says another one
    /// than it is on, since it was moved, with what it says itself.</summary>
    private static async Task<StoredRun> WithMachineAsync(StoredRun run, RunHandle handle, UseCaseContext context, CancellationToken stop)
    {
        if (RunStates.IsFinal(run.Status.State))
        {
            return run;
        }
        var status = run.Status;
        try
        {
            // Of another machine's run, such as one that has tasks here, the record here is as old as the last task that came.
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
            // No worker at all answers for runs: then its record says where it was.
        }
        // That may have used up all patience, and the answer of the server itself comes at once.
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
            // An empty, damaged or newer file does not prevent showing the run; the process that serves it reports the problem.
            return unknown;
        }
    }

    // A run that has written its end closes a moment later.
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
                Status = (run.Status with { State = RunStates.Preparing, Why = new BegunAnewUntold(run.Status.State) }).Summed(),
            }
            : run;
    }

    private static RunResult Result(EngineRunEnd end) =>
        end.Kind switch
        {
            "Terminated" => new() { State = RunStates.Terminated, Why = RunExecution.Terminated(end.Identity, end.Reason) },
            "Canceled" => new() { State = RunStates.Cancelled, Why = new CancelledByServer() },
            "Completed" => Told(end.Result),
            "TimedOut" => new() { State = RunStates.Failed, Why = new WorkflowTimedOut() },
            _ => new() { State = RunStates.Failed, Why = new ExecutionFailed(new Quote(end.Reason)) },
        };

    private static RunResult Told(string json) => JsonSerializer.Deserialize<RunResult>(json, MessageJson.Options)!;
}
