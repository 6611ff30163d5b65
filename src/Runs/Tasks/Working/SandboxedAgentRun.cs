using Orchestrator.Gates.Worktrees;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks;

/// <summary>The sandbox of one agent run, including the commits that the agent makes inside it.</summary>
/// <param name="folder">Absolute path of the agent run's folder.</param>
/// <param name="services">Dependencies of the run's steps.</param>
internal sealed class SandboxedAgentRun(
    TaskBranchAndWorktree workspace,
    PlanTask task,
    Worktree worktree,
    IAgentRunner runner,
    string folder,
    RunServiceBundle services
)
{
    private readonly SandboxedAgentStateFolder _state = new(runner, Path.Combine(folder, "state"));
    private readonly SandboxLoginCopies _logins = new(runner, folder, services.Environment, services.Time);
    private readonly SandboxCommitImporter _commits = new(worktree, workspace.Branch, Path.Combine(folder, "git"));

    /// <summary>
    /// Description of the commits, login tokens or conversation that could not be copied out of the sandbox. Empty if everything was
    /// copied.
    /// </summary>
    public string Problem { get; private set; } = "";

    /// <summary>Creates the sandbox before the agent starts. Returns null if the agent runs without a sandbox.</summary>
    /// <param name="session">Id of the conversation that the agent continues, or null if it starts a new one.</param>
    /// <param name="resources">Port, folders and other resources of the worktree.</param>
    /// <param name="stop">Cancels between the steps.</param>
    public async Task<Sandbox?> PrepareAsync(string? session, WorktreePortsAndFolders resources, CancellationToken stop)
    {
        var settings = workspace.Files.Settings;
        var repository = workspace.Files.Folder.Repository;
        if (await RunSandboxFactory.RulesAsync(settings, repository, services, RunSandboxFactory.MustBe(settings, task)) is not { } rules)
        {
            return null;
        }
        await _commits.PrepareAsync(stop);
        var mail = OrchestratorFolderCreator.Ensure(TaskMailFolder.Of(workspace.Files.Folder, task.Id));
        _state.CopyConversationIn(session);
        var keys = RunSandboxFactory.KeysOutside(settings, settings.AgentOf(task), runner);
        var agent = rules.OfAgent(runner.State, _state.Folder, await _logins.TakeAsync(keys, stop), services.HookFiles);
        var sandbox = rules.WithDownloads(
            rules.WithPersons(_commits.AddTo(agent), _commits.Configuration!.Persons),
            WorktreeSharedFolderOverlayStore.Of(resources),
            SandboxedProgramKind.Agent,
            await RunSandboxFactory.CanOverlayAsync(resources, rules, services)
        );
        return RunSandboxFactory.WithNetwork(
            sandbox with
            {
                Writable = [.. sandbox.Writable, resources.TemporaryFolder, mail],
            },
            settings,
            RunSandboxFactory.PurposeOf(SandboxedProgramKind.Agent, workspace.Files.Folder, task.Id) with
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

    /// <summary>
    /// Copies the remaining commits, the login tokens and the conversation out of the sandbox after the agent has ended. Commits that can't
    /// be copied stay in the agent run's folder.
    /// </summary>
    /// <param name="session">Id of the conversation that the agent started or continued.</param>
    public async Task FinishAsync(string? session)
    {
        await OpenAgainAsync();
        await ImportCommitsAsync();
        var notTakenOver = await _logins.ReturnAsync();
        if (_state.CopyConversationBack(session) is { Length: > 0 } notTaken)
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

    /// <summary>
    /// Copies renewed login tokens from the agent's sandbox to the user's files, and tokens renewed by other agents to the sandbox.
    /// </summary>
    /// <param name="agent">The agent, or null if it runs without a sandbox.</param>
    public static Task SynchronizeAsync(SandboxedAgentRun? agent) => agent?._logins.SynchronizeAsync() ?? Task.CompletedTask;

    // An agent may have removed its own access to its folders. Its work is copied anyway. Links in the folders are not followed.
    private async Task OpenAgainAsync()
    {
        string[] folders =
        [
            .. ((string[])["git", "state", AgentRunParameters.OutFolder])
                .Select(name => Path.Combine(folder, name))
                .Append(TaskMailFolder.Of(workspace.Files.Folder, task.Id))
                .Where(Path.Exists),
        ];
        await new ProcessRunner(services.Time).RunAsync(new ChildProcessOptions("chmod", ["-R", "u+rwX", "--", .. folders]));
    }

    /// <summary>
    /// Returns the path of the file with the conversation that the agent started or continued, or null if the file does not exist.
    /// </summary>
    public string? FindConversation(string session) => _state.Find(session);

    /// <summary>Copies to the repository the commits that the agent has made since the last call.</summary>
    public async Task ImportCommitsAsync() => Problem = await _commits.ImportAsync(CancellationToken.None);
}
