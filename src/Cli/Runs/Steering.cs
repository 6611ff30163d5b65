using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Logging;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Settings;
using Orchestrator.Worker;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Sends a command to a run. Where a worker runs, the run itself answers; where none does, the command is kept durably for <c>resume</c>.
/// </summary>
internal static class Steering
{
    private const int MaxAttempts = 3;
    private static readonly TimeSpan WorkerPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(15);

    /// <summary>Sends it and says what came of it.</summary>
    /// <param name="context">Terminal and folder.</param>
    /// <param name="flags">Which engine.</param>
    /// <param name="run">The run.</param>
    /// <param name="update">The command as a call that is answered.</param>
    /// <param name="signal">Its name as a signal.</param>
    /// <param name="arguments">Its arguments as a signal.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The exit code: done, or kept for <c>resume</c>.</returns>
    public static async Task<int> SendAsync(
        CommandContext context,
        IReadOnlyList<SettingFlag> flags,
        StoredRun run,
        Func<RunHandle, CancellationToken, Task<SteeringAnswer>> update,
        string signal,
        IReadOnlyCollection<object?> arguments,
        CancellationToken stop)
    {
        if (RunStates.IsFinal(run.Status.State))
            throw new CommandException(ExitCodes.Usage, $"{run.Id} has ended: {run.Status.State}.", "Nothing more can be changed in it.");
        var repository = context.RequireRepository();
        var settings = TrustGate.DemandEngine(context, context.OpenSettings(repository, flags, run.Id));
        using var loggers = FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        for (var attempt = 1; ; attempt++)
        {
            await using var engine = await EngineConnection.OpenAsync(repository, settings, context, loggers, stays: false, stop);
            try
            {
                return await SendAsync(engine, context, run, update, signal, arguments, stop);
            }
            catch (RpcException lost) when (lost.Code == RpcException.StatusCode.Unavailable && engine.IsJoined && attempt < MaxAttempts)
            {
                // The owner has ended meanwhile: whoever has the engine now is told. A command does nothing the second time.
            }
        }
    }

    private static async Task<int> SendAsync(
        EngineConnection engine,
        CommandContext context,
        StoredRun run,
        Func<RunHandle, CancellationToken, Task<SteeringAnswer>> update,
        string signal,
        IReadOnlyCollection<object?> arguments,
        CancellationToken stop)
    {
        var handle = engine.Runs.Get(run.Id);

        // Where this process serves the engine for the moment, or a server runs alone, nobody is there to answer.
        var isWorkedOn = !engine.IsOwner && await HasWorkersAsync(engine, context, stop);
        if (isWorkedOn && await TryUpdateAsync(handle, update, stop) is { } answer)
        {
            context.Terminal.Say(answer.Message);
            return ExitCodes.Done;
        }

        try
        {
            await handle.DeliverAsync(signal, arguments, stop);
        }
        catch (RpcException closed) when (closed.Code == RpcException.StatusCode.NotFound)
        {
            await ClosedRuns.RefuseAsync(handle, run, engine.Description, context.Time, stop);
            throw;
        }

        return SayKept(context, run, isWorkedOn);
    }

    // Workers of an engine that was just taken over come to it within moments.
    private static async Task<bool> HasWorkersAsync(EngineConnection engine, CommandContext context, CancellationToken stop)
    {
        var began = context.Time.GetTimestamp();
        while (!await engine.Runs.HasWorkersAsync(identity => WorkerIdentity.IsDead(identity, context.Machine), stop))
        {
            if (context.Time.GetElapsedTime(began) > WorkerPatience)
                return false;
            await Task.Delay(Pause, context.Time, stop);
        }

        return true;
    }

    // Null: nobody has answered.
    private static async Task<SteeringAnswer?> TryUpdateAsync(RunHandle run, Func<RunHandle, CancellationToken, Task<SteeringAnswer>> update, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(AnswerPatience);
        try
        {
            return await update(run, patience.Token);
        }
        catch (WorkflowUpdateFailedException refused)
        {
            throw new CommandException(ExitCodes.Usage, refused.InnerException?.Message ?? refused.Message, $"See 'orchestrate status {run.RunId}'.");
        }
        catch (Exception silent) when (silent is OperationCanceledException or RpcException or RpcTimeoutOrCanceledException && !stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private static int SayKept(CommandContext context, StoredRun run, bool isWorkedOn)
    {
        var why = isWorkedOn ? $"The worker of {run.Id} has not answered for {AnswerPatience.TotalSeconds:0} s" : $"Nobody works on {run.Id} now";
        context.Terminal.Say($"{why}; the command is kept. 'orchestrate resume {run.Id}' goes on and carries it out.");
        return ExitCodes.Resumable;
    }
}
