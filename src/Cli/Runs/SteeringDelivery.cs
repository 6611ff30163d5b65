using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports;
using Orchestrator.Settings;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Runs;

/// <summary>Sends a command to a run. If a worker runs, the run itself answers. Otherwise the command is kept durably, and carried out by
/// this process or by <c>resume</c>.</summary>
internal static class SteeringDelivery
{
    private const int MaxAttempts = 3;
    private static readonly TimeSpan WorkerPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(15);

    /// <summary>Sends it and shows the result.</summary>
    /// <param name="context">Terminal and folder.</param>
    /// <param name="flags">Which engine.</param>
    /// <param name="run">The run.</param>
    /// <param name="call">The command.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The exit code; null where no worker runs, so that the command is kept.</returns>
    public static async Task<Outcome?> SendAsync(
        CommandContext context,
        IReadOnlyList<SettingFlag> flags,
        StoredRun run,
        SteeringCall call,
        CancellationToken stop
    )
    {
        if (RunStates.IsFinal(run.Status.State))
        {
            throw new UseCaseException(Outcome.Usage, $"{run.Id} has ended: {run.Status.State}.", "Nothing more can be changed in it.");
        }
        var repository = context.RequireRepository();
        var settings = TrustGate.DemandEngine(context, context.OpenSettings(repository, flags, run.Id));
        using var loggers = FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        for (var attempt = 1; ; attempt++)
        {
            await using var engine = await EngineConnection.OpenAsync(repository, settings, context, loggers, stays: false, stop);
            try
            {
                return await SendAsync(engine, context, run, call, stop);
            }
            catch (RpcException lost) when (LostConnection.IsCauseOf(lost) && engine.IsJoined && attempt < MaxAttempts)
            {
                // The owner has ended meanwhile: the command is sent to the next one. Repeating a command is harmless.
            }
        }
    }

    /// <summary>True if a living worker does the steps of a run: one of its own machine, which serves its repository.</summary>
    /// <param name="context">Clock and folder.</param>
    /// <param name="flags">Which engine.</param>
    /// <param name="run">The run.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<bool> HasStepsDoneAsync(
        CommandContext context,
        IReadOnlyList<SettingFlag> flags,
        StoredRun run,
        CancellationToken stop
    )
    {
        var repository = context.RequireRepository();
        var settings = TrustGate.DemandEngine(context, context.OpenSettings(repository, flags, run.Id));
        using var loggers = FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        await using var engine = await EngineConnection.OpenAsync(repository, settings, context, loggers, stays: false, stop);
        return engine.IsEmbedded
            || run.Status.Queue.Length == 0
            || await engine.Runs.FindLastAskedAsync(run.Status.Queue, context.Workers.IsDead, context.Time.GetUtcNow(), stop) is not null;
    }

    /// <summary>Works on a run in this process until a kept command is carried out.</summary>
    /// <param name="context">Terminal and folder.</param>
    /// <param name="flags">Which engine.</param>
    /// <param name="run">The run.</param>
    /// <param name="isAsMeant">True for the state that the command was to bring about.</param>
    /// <param name="stop">Gives up; the command stays kept.</param>
    /// <returns>The exit code.</returns>
    public static async Task<Outcome> CarryOutAsync(
        CommandContext context,
        IReadOnlyList<SettingFlag> flags,
        StoredRun run,
        Func<RunStatus, bool> isAsMeant,
        CancellationToken stop
    )
    {
        await using var session = await OpenAsync(context, flags, run, stop);
        var status = await session.CarryOutAsync(session.Runs.Get(run.Id), run.Status.Sequence, isAsMeant);
        return isAsMeant(status) ? Outcome.Done : RunExit.CodeOf(status) ?? Outcome.Resumable;
    }

    /// <summary>Continues a run in this process, as <c>resume</c> does, until it has ended or waits again.</summary>
    public static async Task<Outcome> GoOnAsync(
        CommandContext context,
        IReadOnlyList<SettingFlag> flags,
        IReadOnlyList<string> engine,
        StoredRun run,
        CancellationToken stop
    )
    {
        await using var session = await OpenAsync(context, flags, run, stop);
        var handle = session.Runs.Get(run.Id);
        session.OutliveTerminal(handle, engine);
        await session.GoOnAsync(handle, null, stop);
        var code = await session.WatchAndAskAsync(handle, run.Status.Sequence);
        await session.FinishOthersAsync(handle);
        return code;
    }

    /// <summary>Continues a run in a background process. Trust is asked for here, where a person reads it.</summary>
    public static Task<Outcome> DetachAsync(
        CommandContext context,
        IReadOnlyList<SettingFlag> flags,
        IReadOnlyList<string> engine,
        StoredRun run,
        CancellationToken stop
    )
    {
        var repository = context.RequireRepository();
        Demand(context, repository, flags, run);
        return new DetachedRun(run.Id, repository, context) { Engine = engine }.ResumeAsync([], stop);
    }

    private static Task<RunSession> OpenAsync(
        CommandContext context,
        IReadOnlyList<SettingFlag> flags,
        StoredRun run,
        CancellationToken stop
    )
    {
        var repository = context.RequireRepository();
        return RunSession.OpenAsync(context, repository, Demand(context, repository, flags, run).Settings!, stop);
    }

    private static SettingsResult Demand(
        CommandContext context,
        RepositoryLocation repository,
        IReadOnlyList<SettingFlag> flags,
        StoredRun run
    ) => TrustGate.Demand(context, context.OpenSettings(repository, flags, run.Id), yes: false, run.Id);

    /// <summary>Shows that a command waits for the process that continues the run.</summary>
    public static Outcome SayKept(CommandContext context, StoredRun run, IEnumerable<string> words)
    {
        PendingCommands.Add(run.Folder, run.Status, words);
        context.Terminal.Say(
            $"Nobody works on {run.Id} now; the command is kept. 'orchestrate resume {run.Id}' continues it and carries it out."
        );
        return Outcome.Resumable;
    }

    private static async Task<Outcome?> SendAsync(
        EngineConnection engine,
        CommandContext context,
        StoredRun run,
        SteeringCall call,
        CancellationToken stop
    )
    {
        var handle = engine.Runs.Get(run.Id);

        // If this process serves the engine only for the moment, or a server runs without workers, no one answers.
        var isWorkedOn = !engine.IsOwner && await HasWorkersAsync(engine, context, stop);
        if (isWorkedOn && await TryUpdateAsync(handle, call.Update, context.Time, stop) is { } answer)
        {
            // Where none was named the answer names the run.
            context.Terminal.Say(answer.NamesRun ? answer.Message : $"{run.Id}: {answer.Message}");
            call.Told?.Invoke();
            return answer.Changed ? Outcome.Done : call.Unchanged;
        }

        // Commands that are kept already may change the refusal; then the run itself decides.
        if (!isWorkedOn && PendingCommands.Of(run.Folder, run.Status).Count == 0 && call.Refuse?.Invoke(run.Status) is { } refusal)
        {
            throw new UseCaseException(Outcome.Usage, refusal, $"See 'orchestrate status {run.Id}'.");
        }
        try
        {
            await handle.DeliverAsync(call.Signal, call.Arguments, stop);
        }
        catch (RpcException closed) when (closed.Code == RpcException.StatusCode.NotFound)
        {
            await ClosedRuns.RefuseAsync(handle, run, engine.Description, context.Time, stop);
            throw;
        }

        if (!isWorkedOn)
        {
            return null;
        }
        context.Terminal.Say(
            $"The worker of {run.Id} has not answered for {AnswerPatience.TotalSeconds:0} s; the command is kept, and it carries "
                + "it out when it can."
        );
        return Outcome.Resumable;
    }

    // Workers of an engine that was just taken over reconnect within moments.
    private static async Task<bool> HasWorkersAsync(EngineConnection engine, CommandContext context, CancellationToken stop)
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
    private static async Task<SteeringAnswer?> TryUpdateAsync(
        RunHandle run,
        Func<RunHandle, CancellationToken, Task<SteeringAnswer>> update,
        TimeProvider time,
        CancellationToken stop
    )
    {
        using var limit = new CancellationTokenSource(AnswerPatience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return await update(run, patience.Token);
        }
        catch (WorkflowUpdateFailedException refused)
        {
            throw new UseCaseException(
                Outcome.Usage,
                refused.InnerException?.Message ?? refused.Message,
                $"See 'orchestrate status {run.RunId}'."
            );
        }
        catch (Exception silent)
            when (silent is OperationCanceledException or RpcException or RpcTimeoutOrCanceledException && !stop.IsCancellationRequested)
        {
            return null;
        }
    }
}
