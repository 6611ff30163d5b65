using Orchestrator.Gates.Worktrees;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks;

/// <summary>Sandbox of one agent run, and the commits that its agent makes in it.</summary>
/// <param name="folder">The agent run's folder.</param>
/// <param name="services">Dependencies of the run's steps.</param>
internal sealed class ConfinedAgent(
    TaskWorkspace workspace,
    PlanTask task,
    Worktree worktree,
    IAgentRunner runner,
    string folder,
    RunServices services
)
{
    private readonly ConfinedState _state = new(runner, Path.Combine(folder, "state"));
    private readonly ConfinedLogins _logins = new(runner, folder, services.Environment, services.Time);
    private readonly ConfinedCommits _commits = new(worktree, workspace.Branch, Path.Combine(folder, "git"));

    /// <summary>A sentence on commits of the agent that could not be taken over, or empty if all were.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Creates the sandbox before the agent starts; null if the agent is not confined.</summary>
    /// <param name="session">The conversation that the agent continues, or null.</param>
    /// <param name="resources">The worktree's resources.</param>
    /// <param name="stop">Cancels between the steps.</param>
    public async Task<Sandbox?> PrepareAsync(string? session, WorktreeResources resources, CancellationToken stop)
    {
        var settings = workspace.Files.Settings;
        var repository = workspace.Files.Folder.Repository;
        if (await StepSandbox.RulesAsync(settings, repository, services, StepSandbox.MustBe(settings, task)) is not { } rules)
        {
            return null;
        }
        await _commits.PrepareAsync(stop);
        var mail = OwnFolder.Ensure(TaskMailFolder.Of(workspace.Files.Folder, task.Id));
        _state.BringIn(session);
        var keys = StepSandbox.KeysOutside(settings, settings.AgentOf(task), runner);
        var agent = rules.OfAgent(runner.State, _state.Folder, await _logins.TakeAsync(keys, stop), services.HookFiles);
        var sandbox = rules.WithDownloads(
            rules.WithPersons(_commits.AddTo(agent), _commits.Configuration!.Persons),
            PrivateLayers.Of(resources),
            SandboxRole.Agent,
            await StepSandbox.CanOverlayAsync(resources, rules, services)
        );
        return StepSandbox.WithNetwork(
            sandbox with
            {
                Writable = [.. sandbox.Writable, resources.TemporaryFolder, mail],
            },
            settings,
            StepSandbox.PurposeOf(SandboxRole.Agent, workspace.Files.Folder, task.Id) with
            {
                Agents = [settings.AgentOf(task)],
                Hosts = task.Network ?? (IReadOnlyList<string>)[],
                Keys = keys,
            },
            repository,
            _commits.Configuration,
            services
        );
    }

    /// <summary>Takes over the remaining commits after the agent has ended. Commits that cannot be taken over stay in the agent run's
    /// folder.</summary>
    /// <param name="session">The conversation that the agent started or continued.</param>
    public async Task FinishAsync(string? session)
    {
        await OpenAgainAsync();
        await TakeOverAsync();
        var notTakenOver = await _logins.ReturnAsync();
        if (_state.TakeOver(session) is { Length: > 0 } notTaken)
        {
            Problem = $"{Problem} {notTaken}".Trim();
        }
        if (Problem.Length == 0)
        {
            _state.Remove();
            _commits.Remove();
        }
        Problem = string.Join(' ', notTakenOver.Prepend(Problem)).Trim();
    }

    /// <summary>Takes over tokens of logins that agents have replaced meanwhile, and hands out those of others.</summary>
    /// <param name="agent">The agent; null where it is not confined.</param>
    public static Task SynchronizeAsync(ConfinedAgent? agent) => agent?._logins.SynchronizeAsync() ?? Task.CompletedTask;

    // An agent may have closed its own folders, which is no reason to lose its work. Links in them are not followed.
    private async Task OpenAgainAsync()
    {
        string[] folders =
        [
            .. ((string[])["git", "state", AgentStart.OutFolder])
                .Select(name => Path.Combine(folder, name))
                .Append(TaskMailFolder.Of(workspace.Files.Folder, task.Id))
                .Where(Path.Exists),
        ];
        await new ProcessRunner(services.Time).RunAsync(new ProcessCommand("chmod", ["-R", "u+rwX", "--", .. folders]));
    }

    /// <summary>Returns the file of the conversation that the agent started or continued, or null if none.</summary>
    public string? FindConversation(string session) => _state.Find(session);

    /// <summary>Takes over commits made since the last call.</summary>
    public async Task TakeOverAsync() => Problem = await _commits.TakeOverAsync(CancellationToken.None);
}
