using Orchestrator.Settings;

namespace Orchestrator.Cli.Runs;

/// <summary>Shows runs and asks questions at the terminal.</summary>
internal sealed class TerminalPresenter(CommandContext context) : IRunPresenter
{
    /// <inheritdoc/>
    public CancellationToken Stopping => context.Interrupts.Stop;

    /// <inheritdoc/>
    public void OnHangUp(Func<bool> continueElsewhere) => context.Interrupts.OnHangUp(continueElsewhere);

    /// <inheritdoc/>
    public IRunView Open(string folder, bool table, long skipUntil = 0) => new TerminalRunView(folder, table, skipUntil, context);

    /// <inheritdoc/>
    public Task<PlanAnswer?> AskAsync(RunStatus run, RepositoryLocation repository, OrchestratorSettings settings) =>
        new PlanQuestion(repository, settings, context).AskAsync(run);
}
