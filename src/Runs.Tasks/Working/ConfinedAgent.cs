using Orchestrator.Gates.Worktrees;
using Orchestrator.Runs.Sandboxing;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks;

/// <summary>The sandbox of one agent run, and what its agent commits in it.</summary>
/// <param name="folder">The start's folder.</param>
/// <param name="services">What the steps need of this machine.</param>
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

    /// <summary>The commits of its agent that could not be taken over, as a sentence; empty if all were.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Makes the sandbox before the agent starts; null where it is not confined.</summary>
    /// <param name="session">The conversation that it continues.</param>
    /// <param name="resources">The worktree's resources.</param>
    /// <param name="stop">Checked between the steps.</param>
    public async Task<Sandbox?> PrepareAsync(string? session, WorktreeResources resources, CancellationToken stop)
    {
        var settings = workspace.Files.Settings;
        var repository = workspace.Files.Folder.Repository;
        if (await StepSandbox.RulesAsync(settings, repository, services, StepSandbox.MustBe(settings, task)) is not { } rules)
        {
            return null;
        }
        await _commits.PrepareAsync(stop);
        var desk = OwnFolder.Ensure(MailDesk.Of(workspace.Files.Folder, task.Id));
        _state.BringIn(session);
        var agent = rules.OfAgent(runner.State, _state.Folder, await _logins.TakeAsync(stop), services.HookFiles);
        var sandbox = rules.WithDownloads(
            rules.WithPersons(_commits.AddTo(agent), _commits.Configuration!.Persons),
            PrivateLayers.Of(resources),
            SandboxRole.Agent,
            await StepSandbox.CanOverlayAsync(resources, rules, services)
        );
        return StepSandbox.WithNetwork(
            sandbox with
            {
                Writable = [.. sandbox.Writable, resources.TemporaryFolder, desk],
            },
            settings,
            StepSandbox.PurposeOf(SandboxRole.Agent, workspace.Files.Folder, task.Id) with
            {
                Agents = [settings.AgentOf(task)],
                Keys = runner.Keys,
            },
            repository,
            _commits.Configuration,
            services
        );
    }

    /// <summary>Takes over the rest when the agent has ended. What could not be taken over stays in the start's folder.</summary>
    /// <param name="session">The conversation that the agent has begun or continued.</param>
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
                .Append(MailDesk.Of(workspace.Files.Folder, task.Id))
                .Where(Path.Exists),
        ];
        await new ProcessRunner(services.Time).RunAsync(new ProcessCommand("chmod", ["-R", "u+rwX", "--", .. folders]));
    }

    /// <summary>The file of a conversation that the agent has begun or continued; null for none.</summary>
    public string? FindConversation(string session) => _state.Find(session);

    /// <summary>Takes over what was committed since the last time.</summary>
    public async Task TakeOverAsync() => Problem = await _commits.TakeOverAsync(CancellationToken.None);
}
