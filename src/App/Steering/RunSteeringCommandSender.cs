using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Runs.Reports;
using Temporalio.Exceptions;

namespace Orchestrator.App.Steering;

/// <summary>
/// Sends commands to a run. If a worker is executing the run, the run's workflow answers. Otherwise the engine stores the command until a
/// process continues the run.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="flags">Command-line options that determine the engine.</param>
/// <param name="context">Provides user interaction, the clock and the current folder.</param>
public sealed class RunSteeringCommandSender(StoredRun run, IReadOnlyList<SettingOverride> flags, UseCaseServiceBundle context)
{
    private const int MaxAttempts = 3;
    private static readonly TimeSpan WorkerPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(15);
    private OrchestratorSettings? _settings;

    /// <summary>Sends a command to the run and shows the run's answer.</summary>
    /// <returns>The outcome, or null if no worker executes the run and the engine has stored the command.</returns>
    /// <exception cref="UseCaseException">The run has ended, or refuses the command.</exception>
    public async Task<UseCaseOutcome?> SendAsync(SteeringMessage call, CancellationToken stop)
    {
        if (RunStateNames.IsFinal(run.Status.State))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.Id} has ended: {run.Status.State}.",
                "A run that has ended can't be changed."
            );
        }
        // A repeated delivery has the same signature, so that the run recognizes it.
        call = context.Sign(run.Id, call);
        for (var attempt = 1; ; attempt++)
        {
            using var loggers = Loggers();
            await using var engine = await ConnectAsync(loggers, stop);
            try
            {
                return await SendAsync(engine, call, stop);
            }
            catch (RpcException lost) when (LostConnectionDetector.IsCauseOf(lost) && engine.IsJoined && attempt < MaxAttempts)
            {
                // The owner has ended in the meantime, so the command is sent to the next owner. A repeated command has no further effect.
            }
        }
    }

    /// <summary>
    /// True if a worker on the run's owner host executes the run's activities. Always true for the embedded engine, and for a run whose
    /// activity task queue is not known yet.
    /// </summary>
    public async Task<bool> HasStepsDoneAsync(CancellationToken stop)
    {
        using var loggers = Loggers();
        await using var engine = await ConnectAsync(loggers, stop);
        return engine.IsEmbedded
            || run.Status.Queue.Length == 0
            || await engine.Runs.FindLastAskedAsync(run.Status.Queue, context.Workers.IsDead, context.Time.GetUtcNow(), stop) is not null;
    }

    /// <summary>Stores a command for the process that continues the run, and informs the user.</summary>
    /// <param name="words">The command line, as a user would type it.</param>
    public UseCaseOutcome StoreAndInform(IEnumerable<string> words)
    {
        PendingCommandStore.Add(run.Folder, run.Status, words);
        context.Interaction.Inform(
            $"No process is working on {run.Id} now; the command is kept. 'orchestrate resume {run.Id}' continues the run and executes "
                + "the command."
        );
        return UseCaseOutcome.Resumable;
    }

    private ILoggerFactory Loggers() => FileLoggerProvider.OpenFactory(context.RequireRepository(), context.Verbose, context.Time);

    private Task<EngineConnection> ConnectAsync(ILoggerFactory loggers, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        _settings ??= RepositoryTrustPrompt.RequireEngineTrust(context, context.OpenSettings(repository, flags, run.Id));
        return EngineConnection.OpenAsync(repository, _settings, context, loggers, stays: false, stop);
    }

    private async Task<UseCaseOutcome?> SendAsync(EngineConnection engine, SteeringMessage call, CancellationToken stop)
    {
        var handle = engine.Runs.Get(run.Id);

        // Nobody answers if this process serves the engine only briefly, or if a server has no workers.
        var isWorkedOn = !engine.IsOwner && await HasWorkersAsync(engine, stop);
        if (isWorkedOn && await TryUpdateAsync(handle, call, stop) is { } answer)
        {
            // If the user named no run, the answer contains the name of the run.
            context.Interaction.Inform(answer.NamesRun ? answer.Message : $"{run.Id}: {answer.Message}");
            return answer.Changed
                ? UseCaseOutcome.Done
                : call.Unchanged switch
                {
                    SteeringNoEffectCause.Refused => UseCaseOutcome.Usage,
                    SteeringNoEffectCause.Failed => UseCaseOutcome.WorkFailed,
                    _ => UseCaseOutcome.Done,
                };
        }

        // Commands that are already stored may change the result, so only the workflow can decide.
        if (!isWorkedOn && PendingCommandStore.Of(run.Folder, run.Status).Count == 0 && call.Refuse(run.Status) is { } refusal)
        {
            throw Refused(refusal);
        }
        try
        {
            await handle.DeliverAsync(call, stop);
        }
        catch (RpcException closed) when (closed.Code == RpcException.StatusCode.NotFound)
        {
            await ClosedRunWorkflowDetector.RefuseAsync(handle, run, engine.Description, context.Time, stop);
            throw;
        }

        if (!isWorkedOn)
        {
            return null;
        }
        context.Interaction.Inform(
            $"The worker of {run.Id} has not answered for {AnswerPatience.TotalSeconds:0} s; the command is kept and will be "
                + "executed later."
        );
        return UseCaseOutcome.Resumable;
    }

    // Workers reconnect to an engine soon after another process has taken it over.
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

    // Null means that no answer arrived.
    private async Task<SteeringUpdateResult?> TryUpdateAsync(RunHandle handle, SteeringMessage call, CancellationToken stop)
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

    private UseCaseException Refused(string why) => new(UseCaseOutcome.Usage, why, $"See 'orchestrate status {run.Id}'.");
}
