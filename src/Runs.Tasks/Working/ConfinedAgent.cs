using Orchestrator.Runs.Sandboxing;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks;

/// <summary>The sandbox of one agent run, and what its agent commits in it.</summary>
/// <param name="folder">The start's folder.</param>
/// <param name="services">What the steps need of this machine.</param>
internal sealed class ConfinedAgent(TaskWorkspace workspace, PlanTask task, Worktree worktree, string folder, RunServices services)
{
    private readonly ConfinedCommits _commits = new(worktree, workspace.Branch, Path.Combine(folder, "git"));

    /// <summary>What its agent committed and could not be taken over, a sentence; empty where all was.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Makes the sandbox before the agent starts; null where it is not confined.</summary>
    /// <param name="runner">The kind of agent.</param>
    /// <param name="temporary">Its temporary folder.</param>
    /// <param name="stop">Checked between the steps.</param>
    public async Task<Sandbox?> PrepareAsync(IAgentRunner runner, string temporary, CancellationToken stop)
    {
        var settings = workspace.Files.Settings;
        var repository = workspace.Files.Folder.Repository;
        if (await StepSandbox.RulesAsync(settings, repository, services, StepSandbox.MustBe(settings, task)) is not { } rules)
        {
            return null;
        }
        await _commits.PrepareAsync(stop);
        var desk = OwnFolder.Ensure(MailDesk.Of(workspace.Files.Folder, task.Id));
        var sandbox = rules.OfAgent(runner.State, worktree.Repository.CommonDirectory, [worktree.Path, .. services.HookFiles]);
        return _commits.AddTo(sandbox with { Writable = [.. sandbox.Writable, temporary, desk] });
    }

    /// <summary>Takes over the rest when the agent has ended. What could not be taken over stays in the start's folder.</summary>
    public async Task FinishAsync()
    {
        await TakeOverAsync();
        if (Problem.Length == 0)
        {
            _commits.Remove();
        }
    }

    /// <summary>Takes over what was committed since the last time.</summary>
    public async Task TakeOverAsync() => Problem = await _commits.TakeOverAsync(CancellationToken.None);
}
