using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks;

/// <summary>Whether and how an agent is confined: the repository's shared folder, gate results and trust decisions are read-only, except
/// for what a worktree needs; the engine is hidden.</summary>
internal static class SandboxPolicy
{
    private const string Must = "Agents must be confined (permissions.sandbox, or 'isolation: sandbox' in the plan).";
    private const string Cure =
        "Install bubblewrap (and allow user namespaces), or set permissions.sandbox to auto and take 'isolation: sandbox' out of the plan.";

    /// <summary>The confinement of a task's agent; null where it has none. The problem is not empty where confinement is required and not
    /// available.</summary>
    public static async Task<(AgentConfinement? Confinement, string Problem)> OfAsync(
        TaskWorkspace workspace,
        PlanTask task,
        Worktree? worktree,
        RunServices services
    )
    {
        var settings = workspace.Files.Settings;
        var mustBe = MustBe(settings, task);
        if (!mustBe && settings.Permissions.Sandbox == "off")
        {
            return (null, "");
        }
        var check = await services.Bubblewrap.CheckAsync();
        if (check.Program is null)
        {
            return (null, mustBe ? Missing(check) : "");
        }
        if (worktree is null)
        {
            return (null, mustBe ? NoWorktree(workspace) : "");
        }
        var mounts = SandboxMounts.Of(worktree, workspace.Branch);
        // Gate results decide about the agent's own work.
        var known = Directory.CreateDirectory(GateMemory.FolderOf(workspace.Repository, services.Environment)).FullName;
        var closed = Directory.Exists(PersonsFolder(services.Environment)) ? [PersonsFolder(services.Environment)] : Array.Empty<string>();
        return (
            new AgentConfinement(check.Program, [mounts.ReadOnly, known, .. closed], mounts.Writable)
            {
                Hidden = [WithoutEngine(workspace.Files.Folder.Repository)],
            },
            ""
        );
    }

    /// <summary>Our folder in the repository without the engine, its file and its socket: with access to it one can approve, promote and
    /// cancel. A task's callbacks use files of its run.</summary>
    private static HiddenFolder WithoutEngine(string repository)
    {
        var folder = Path.Combine(repository, ".orchestrator");
        return new HiddenFolder(
            folder,
            [
                .. Directory
                    .EnumerateFileSystemEntries(folder)
                    .Where(entry => !Path.GetFileName(entry).StartsWith("engine", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal),
            ]
        );
    }

    // The person's trust decisions.
    private static string PersonsFolder(IReadOnlyDictionary<string, string> environment) =>
        Path.GetDirectoryName(SettingsFiles.UserFile(environment))!;

    /// <summary>Preflight: an error where agents must be confined and can't be, a warning where the program is installed and does not
    /// work.</summary>
    public static async Task<(string Error, string Warning)> PreflightAsync(RunFiles files, RunServices services)
    {
        var mustBe = files.Plan.Tasks.Any(task => MustBe(files.Settings, task));
        if (!mustBe && files.Settings.Permissions.Sandbox == "off")
        {
            return ("", "");
        }
        var check = await services.Bubblewrap.CheckAsync();
        if (check.Program is not null)
        {
            return ("", "");
        }
        return mustBe
            ? (Missing(check), "")
            : (
                "",
                check.Problem.Length == 0
                    ? ""
                    : $"{check.Problem} Agents are not confined; permissions.sandbox: off says that this is meant."
            );
    }

    private static bool MustBe(OrchestratorSettings settings, PlanTask task) =>
        settings.Permissions.Sandbox == "on" || task.Isolation == TaskIsolation.Sandbox;

    private static string NoWorktree(TaskWorkspace workspace) =>
        $"{Must} git does not know {workspace.RelativePath} as a worktree of this repository, so there is nothing to confine the "
        + $"agent to. See 'git worktree list'; 'git worktree repair {workspace.RelativePath}' helps where the folder was moved.";

    private static string Missing(BubblewrapCheck check) =>
        $"{Must} {(check.Problem.Length > 0 ? check.Problem : "The program bwrap is not in PATH.")} {Cure}";
}
