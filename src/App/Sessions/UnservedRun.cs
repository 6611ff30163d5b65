using Orchestrator.Messages;
using Orchestrator.Settings;

namespace Orchestrator.App.Sessions;

/// <summary>A run that no worker serves, and that continues in this process or in a background process after a command.</summary>
/// <param name="run">The run.</param>
/// <param name="flags">Options that choose the engine, as settings.</param>
/// <param name="context">Clock, folder and messages.</param>
/// <param name="presenter">Shows the run.</param>
public sealed class UnservedRun(StoredRun run, IReadOnlyList<SettingFlag> flags, UseCaseContext context, IRunPresenter presenter)
{
    /// <summary>Works on the run in this process until a kept command is carried out.</summary>
    /// <param name="reached">True for the state that the command brings about.</param>
    /// <param name="stop">Gives up; the command stays kept.</param>
    public async Task<Outcome> CarryOutAsync(Func<RunStatus, bool> reached, CancellationToken stop)
    {
        await using var session = await OpenAsync(stop);
        var status = await session.CarryOutAsync(session.Runs.Get(run.Id), run.Status.Sequence, reached);
        return reached(status) ? Outcome.Done : RunExit.CodeOf(status) ?? Outcome.Resumable;
    }

    /// <summary>Continues the run in this process, as <c>resume</c> does, until it has ended or waits again.</summary>
    /// <param name="engine">Options that choose the engine, for a background process that takes over.</param>
    /// <param name="stop">Ends the run's work in this process.</param>
    public async Task<Outcome> GoOnAsync(IReadOnlyList<string> engine, CancellationToken stop)
    {
        await using var session = await OpenAsync(stop);
        var handle = session.Runs.Get(run.Id);
        session.OutliveTerminal(handle, engine);
        await session.GoOnAsync(handle, null, stop);
        var code = await session.WatchAndAskAsync(handle, run.Status.Sequence);
        await session.FinishOthersAsync(handle);
        return code;
    }

    /// <summary>Continues the run in a background process. Trust is asked for here, where a person reads the question.</summary>
    /// <param name="engine">Options that choose the engine, for that process.</param>
    /// <param name="stop">Ends the waiting, not the run.</param>
    public Task<BackgroundResult> DetachAsync(IReadOnlyList<string> engine, CancellationToken stop)
    {
        DemandSettings();
        return new BackgroundRun(run.Id, context.RequireRepository(), context) { Engine = engine }.ResumeAsync([], stop);
    }

    private Task<RunSession> OpenAsync(CancellationToken stop) =>
        RunSession.OpenAsync(context, presenter, context.RequireRepository(), DemandSettings(), stop);

    private OrchestratorSettings DemandSettings() =>
        TrustGate.Demand(context, context.OpenSettings(context.RequireRepository(), flags, run.Id), yes: false, run.Id).Settings!;
}
