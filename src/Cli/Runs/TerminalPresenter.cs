using Orchestrator.Settings;

namespace Orchestrator.Cli.Runs;

/// <summary>Shows runs and asks questions at the terminal.</summary>
internal sealed class TerminalPresenter(CliCommandServiceBundle context) : IRunPresenter
{
    /// <inheritdoc/>
    public CancellationToken Stopping => context.Interrupts.Stop;

    /// <inheritdoc/>
    public void OnHangUp(Func<bool> continueElsewhere) => context.Interrupts.OnHangUp(continueElsewhere);

    /// <inheritdoc/>
    public ILiveRunView Open(string folder, bool table, long skipUntil = 0) => new TerminalRunView(folder, table, skipUntil, context);

    /// <inheritdoc/>
    public Task<PlanApprovalAnswer?> AskAsync(RunStatus run, LocalRepositoryPaths repository, OrchestratorSettings settings) =>
        new TerminalPlanApprovalDialog(repository, settings, context).AskAsync(run);
}
