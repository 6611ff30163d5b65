using System.Text.Json;
using Orchestrator.Cli.Engine;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporal.Server;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Runs;

/// <summary>Puts the record of a run right by what its engine says of the run's newest execution: a run that was terminated could not write
/// that itself, and one that was reset goes on although its record has an end. The embedded engine's file is read, so nobody has to serve
/// it.</summary>
internal static class NewestExecution
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The run as it is by the embedded engine's file. One that this file does not know, or that can't be read, is as its record
    /// says.</summary>
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

    /// <summary>The same where the run is on a Temporal server: it is asked, unless the repository's files name it and are not trusted, or
    /// it does not answer soon.</summary>
    public static async Task<StoredRun> AskAsync(
        StoredRun run,
        RepositoryLocation repository,
        CommandContext context,
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
        // What is set wrongly is no reason not to show the run, and what the repository's files say counts only where they are trusted.
        var settings = SettingsOfRepository.Open(repository.Root, context.Environment, [], context.Trust, run.Id).Loaded.Settings;
        if (settings?.Temporal.Address is null)
        {
            return run;
        }
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            await using var engine = await EngineConnection.ConnectAsync(settings.Temporal, context, patience.Token);
            return await engine.Runs.Get(run.Id).FindExecutionAsync(patience.Token) is { } newest
                ? Compare(run, newest.ExecutionId, newest.End is { } end ? () => end : null, newest.EndedAt)
                : run;
        }
        catch (Exception silent)
            when (silent is CommandException or RpcException or RpcTimeoutOrCanceledException or OperationCanceledException
                && !stop.IsCancellationRequested
            )
        {
            return run;
        }
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
            // A file that is empty still, of another release or damaged is no reason not to show the run; whoever serves it is told.
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
                Status = (
                    run.Status with
                    {
                        State = RunStates.Preparing,
                        Reason = $"begun anew by a reset; it was {run.Status.State}, and nothing has been told since",
                    }
                ).Summed(),
            }
            : run;
    }

    private static RunResult Result(EngineRunEnd end) =>
        end.Kind switch
        {
            "Terminated" => new()
            {
                State = RunStates.Terminated,
                Reason = PayloadPaging.Brief(RunExecution.TerminatedBy(end.Identity, end.Reason)),
            },
            "Canceled" => new() { State = RunStates.Cancelled, Reason = "cancelled" },
            "Completed" => Told(end.Result),
            "TimedOut" => new() { State = RunStates.Failed, Reason = "its time limit as a workflow has passed" },
            _ => new() { State = RunStates.Failed, Reason = PayloadPaging.Brief(end.Reason) },
        };

    private static RunResult Told(string json)
    {
        using var document = JsonDocument.Parse(json);
        var told = document
            .RootElement.EnumerateObject()
            .Where(member => member.Value.ValueKind == JsonValueKind.String)
            .ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.OrdinalIgnoreCase);
        return new RunResult
        {
            State = told.GetValueOrDefault(nameof(RunResult.State), RunStates.Completed),
            Reason = told.GetValueOrDefault(nameof(RunResult.Reason), ""),
        };
    }
}
