namespace Orchestrator.App.Sessions;

/// <summary>Continues, in this process or in a background process, a run that no worker is executing.</summary>
/// <param name="run">The run.</param>
/// <param name="flags">Command-line options that determine the engine, as settings.</param>
/// <param name="context">Provides user interaction, the clock and the current folder.</param>
/// <param name="presenter">Shows the run.</param>
public sealed class UnservedRunResumer(
    StoredRun run,
    IReadOnlyList<SettingOverride> flags,
    UseCaseServiceBundle context,
    IRunPresenter presenter
)
{
    /// <summary>Executes the run in this process until a stored command is applied.</summary>
    /// <param name="reached">Returns true for a status in which the command is applied.</param>
    /// <param name="stop">Cancels the wait. The command stays stored.</param>
    public async Task<UseCaseOutcome> ExecuteUntilAppliedAsync(Func<RunStatus, bool> reached, CancellationToken stop)
    {
        await using var session = await OpenAsync(stop);
        var status = await session.ExecuteUntilAppliedAsync(session.Runs.Get(run.Id), run.Status.Sequence, reached);
        return reached(status) ? UseCaseOutcome.Done : RunExitCode.CodeOf(status) ?? UseCaseOutcome.Resumable;
    }

    /// <summary>Continues the run in this process, as <c>resume</c> does, until it has ended or is waiting again.</summary>
    /// <param name="engine">Command-line options that determine the engine of a background process that continues the run.</param>
    /// <param name="stop">Stops the execution of the run in this process.</param>
    public async Task<UseCaseOutcome> ContinueRunAsync(IReadOnlyList<string> engine, CancellationToken stop)
    {
        await using var session = await OpenAsync(stop);
        var handle = session.Runs.Get(run.Id);
        session.OutliveTerminal(handle, engine);
        await session.ResumeRunAsync(handle, null, stop);
        var code = await session.WatchAndAskAsync(handle, run.Status.Sequence);
        await session.FinishOthersAsync(handle);
        return code;
    }

    /// <summary>Continues the run in a background process. If trust is required, the user is asked at this terminal first.</summary>
    /// <param name="engine">Command-line options that determine the engine of the background process.</param>
    /// <param name="stop">Cancels the wait. The run continues.</param>
    public Task<BackgroundRunStartResult> DetachAsync(IReadOnlyList<string> engine, CancellationToken stop)
    {
        RequireSettings();
        return new BackgroundRun(run.Id, context.RequireRepository(), context) { Engine = engine }.ResumeAsync([], stop);
    }

    private Task<ForegroundRunExecutor> OpenAsync(CancellationToken stop) =>
        ForegroundRunExecutor.OpenAsync(context, presenter, context.RequireRepository(), RequireSettings(), stop);

    private OrchestratorSettings RequireSettings() =>
        RepositoryTrustPrompt
            .RequireTrust(context, context.OpenSettings(context.RequireRepository(), flags, run.Id), yes: false, run.Id)
            .Settings!;
}
