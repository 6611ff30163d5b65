using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Runs.Reports;
using Temporalio.Exceptions;

namespace Orchestrator.App.Steering;

/// <summary>Sends commands to a run. If a worker serves the run, the run itself answers. Otherwise the engine keeps the command until a
/// process continues the run.</summary>
/// <param name="run">The run.</param>
/// <param name="flags">Options that choose the engine.</param>
/// <param name="context">The user, clock and folder.</param>
public sealed class CommandSender(StoredRun run, IReadOnlyList<SettingFlag> flags, UseCaseContext context)
{
    private const int MaxAttempts = 3;
    private static readonly TimeSpan WorkerPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(15);
    private OrchestratorSettings? _settings;

    /// <summary>Sends a command, and prints the answer.</summary>
    /// <returns>The outcome, or null if no worker serves the run, so that the engine keeps the command.</returns>
    /// <exception cref="UseCaseException">The run has ended, or refuses the command.</exception>
    public async Task<Outcome?> SendAsync(SteeringCall call, CancellationToken stop)
    {
        if (RunStates.IsFinal(run.Status.State))
        {
            throw new UseCaseException(Outcome.Usage, $"{run.Id} has ended: {run.Status.State}.", "Nothing in it can be changed.");
        }
        for (var attempt = 1; ; attempt++)
        {
            using var loggers = Loggers();
            await using var engine = await ConnectAsync(loggers, stop);
            try
            {
                return await SendAsync(engine, call, stop);
            }
            catch (RpcException lost) when (LostConnection.IsCauseOf(lost) && engine.IsJoined && attempt < MaxAttempts)
            {
                // The owner has ended meanwhile: the command is sent to the next one. Repeating a command is harmless.
            }
        }
    }

    /// <summary>True if a worker of the run's own host, which serves its repository, executes the steps of the run.</summary>
    public async Task<bool> HasStepsDoneAsync(CancellationToken stop)
    {
        using var loggers = Loggers();
        await using var engine = await ConnectAsync(loggers, stop);
        return engine.IsEmbedded
            || run.Status.Queue.Length == 0
            || await engine.Runs.FindLastAskedAsync(run.Status.Queue, context.Workers.IsDead, context.Time.GetUtcNow(), stop) is not null;
    }

    /// <summary>Records that a command waits for the process that continues the run, and informs the user.</summary>
    /// <param name="words">The command, as it is typed.</param>
    public Outcome SayKept(IEnumerable<string> words)
    {
        PendingCommands.Add(run.Folder, run.Status, words);
        context.Interaction.Say(
            $"No process works on {run.Id} now; the command is kept. 'orchestrate resume {run.Id}' continues the run and executes "
                + "the command."
        );
        return Outcome.Resumable;
    }

    private ILoggerFactory Loggers() => FileLoggerProvider.OpenFactory(context.RequireRepository(), context.Verbose, context.Time);

    private Task<EngineConnection> ConnectAsync(ILoggerFactory loggers, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        _settings ??= TrustGate.DemandEngine(context, context.OpenSettings(repository, flags, run.Id));
        return EngineConnection.OpenAsync(repository, _settings, context, loggers, stays: false, stop);
    }

    private async Task<Outcome?> SendAsync(EngineConnection engine, SteeringCall call, CancellationToken stop)
    {
        var handle = engine.Runs.Get(run.Id);

        // If this process serves the engine only for the moment, or a server runs without workers, no one answers.
        var isWorkedOn = !engine.IsOwner && await HasWorkersAsync(engine, stop);
        if (isWorkedOn && await TryUpdateAsync(handle, call, stop) is { } answer)
        {
            // Where none was named the answer names the run.
            context.Interaction.Say(answer.NamesRun ? answer.Message : $"{run.Id}: {answer.Message}");
            return answer.Changed
                ? Outcome.Done
                : call.Unchanged switch
                {
                    Unchanged.Refused => Outcome.Usage,
                    Unchanged.Failed => Outcome.WorkFailed,
                    _ => Outcome.Done,
                };
        }

        // Commands that are kept already may change the refusal; then the run itself decides.
        if (!isWorkedOn && PendingCommands.Of(run.Folder, run.Status).Count == 0 && call.Refuse(run.Status) is { } refusal)
        {
            throw Refused(refusal);
        }
        try
        {
            await handle.DeliverAsync(call, stop);
        }
        catch (RpcException closed) when (closed.Code == RpcException.StatusCode.NotFound)
        {
            await ClosedRunCheck.RefuseAsync(handle, run, engine.Description, context.Time, stop);
            throw;
        }

        if (!isWorkedOn)
        {
            return null;
        }
        context.Interaction.Say(
            $"The worker of {run.Id} has not answered for {AnswerPatience.TotalSeconds:0} s; the command is kept and will be "
                + "executed later."
        );
        return Outcome.Resumable;
    }

    // Workers of an engine that was just taken over reconnect within moments.
    private async Task<bool> HasWorkersAsync(EngineConnection engine, CancellationToken stop)
    {
        var began = context.Time.GetTimestamp();
        while (!await engine.Runs.HasWorkersAsync(context.Workers.IsDead, stop))
        {
            if (context.Time.GetElapsedTime(began) > WorkerPatience)
            {
                return false;
            }
            await Task.Delay(Pause, context.Time, stop);
        }

        return true;
    }

    // Null: no answer.
    private async Task<SteeringAnswer?> TryUpdateAsync(RunHandle handle, SteeringCall call, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(AnswerPatience, context.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return await handle.SteerAsync(call, patience.Token);
        }
        catch (WorkflowUpdateFailedException refused)
        {
            throw Refused(refused.InnerException?.Message ?? refused.Message);
        }
        catch (Exception silent)
            when (silent is OperationCanceledException or RpcException or RpcTimeoutOrCanceledException && !stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private UseCaseException Refused(string why) => new(Outcome.Usage, why, $"See 'orchestrate status {run.Id}'.");
}
