using Orchestrator.Processes;
using Temporal.Server;

namespace Orchestrator.KillTest;

/// <summary>The processes that are killed.</summary>
public enum Victim
{
    /// <summary>Every orchestrator process at once.</summary>
    EveryOrchestrator,

    /// <summary>The process that serves the engine; a second one, where there is one, lives on.</summary>
    EngineOwner,

    /// <summary>The supervisor of one agent; the agent works on.</summary>
    Supervisor,

    /// <summary>One agent; its supervisor stays.</summary>
    Agent,

    /// <summary>One git child.</summary>
    Git,

    /// <summary>One package manager.</summary>
    PackageManager,

    /// <summary>Everything, and what is left on disk is from an earlier boot of the machine.</summary>
    Everything,

    /// <summary>Everything, and what had not been synced is lost or torn (<see cref="PowerCut"/>).</summary>
    Power,
}

/// <summary>
/// Kills things with SIGKILL. Only processes that carry the round's mark in their environment are ever looked at, or, where they are given
/// none but what they need, as gates and package managers are, the round's home.
/// </summary>
/// <param name="repository">The round's repository.</param>
/// <param name="mark">Value of <see cref="Variable"/> in every process of the round.</param>
public sealed class Disturber(KillRepository repository, string mark)
{
    /// <summary>Variable that marks the processes of a round.</summary>
    public const string Variable = "KILL_TEST_ROUND";

    private const string SupervisorVariable = "ORCHESTRATOR_SUPERVISOR=";
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(30);
    private readonly HashSet<string> _lostStarts = [];

    /// <summary>
    /// Number of lost starts of a task's agent. The agent was killed, or its supervisor, which alone would have known how it ended.
    /// </summary>
    public int LostStarts(string task) => _lostStarts.Count(folder => Path.GetFileName(Path.GetDirectoryName(folder)) == task);

    /// <summary>True if unsynced files may be gone.</summary>
    public bool HasCutPower { get; private set; }

    /// <summary>Kills.</summary>
    /// <returns>Number of killed processes.</returns>
    public int Kill(Victim victim, Random random) =>
        victim switch
        {
            Victim.EveryOrchestrator => KillOrchestrators(),
            Victim.EngineOwner => KillOwner(),
            Victim.Supervisor => KillOfStart("supervisor", random),
            Victim.Agent => KillOfStart("pid", random),
            Victim.Git => KillOne([.. Marked().Where(process => process.Name == "git")], random),
            Victim.PackageManager => KillOne(
                [.. Marked().Where(process => process.Name.StartsWith("npm", StringComparison.Ordinal))],
                random
            ),
            Victim.Everything => KillEverything(),
            Victim.Power => CutPower(random),
            _ => throw new ArgumentOutOfRangeException(nameof(victim), victim, "unknown"),
        };

    /// <summary>Every orchestrator process at once.</summary>
    public int KillOrchestrators() => Kill(Orchestrators());

    /// <summary>Kills everything of the round and dates its own records to an earlier boot.</summary>
    public int KillEverything()
    {
        // First those who could start something new; what they started by then is found below. A process that is ending shows no
        // environment any more, so what was killed is waited for by its identity.
        IReadOnlyList<ProcessTableRow> starters = [.. Orchestrators(), .. Marked().Where(process => IsSupervisor(process.ProcessId))];
        Kill(starters);
        var count = new ProcessStopper()
            .StopAsync(() => [.. starters, .. Marked()], signal: null, grace: TimeSpan.Zero, KillPatience)
            .GetAwaiter()
            .GetResult();
        if (count + starters.Count == 0)
        {
            return 0;
        }
        foreach (var folder in repository.StartFolders.Where(folder => !File.Exists(Path.Combine(folder, "exit"))))
        {
            _lostStarts.Add(folder);
        }
        OtherBoot.Pretend(repository.Folder, repository.Home);
        return count + starters.Count;
    }

    /// <summary>Everything, and some of what was not synced is gone.</summary>
    private int CutPower(Random random)
    {
        var count = KillEverything();
        if (count > 0)
        {
            HasCutPower = true;
            PowerCut.Lose(repository, random);
        }
        return count;
    }

    /// <summary>One process; where it is an agent, its start is lost to us.</summary>
    public void KillProcess(int processId)
    {
        if (StartOf(processId) is { } folder)
        {
            _lostStarts.Add(folder);
        }
        Signal(processId);
    }

    /// <summary>Sends a signal to processes, those that have ended meanwhile excepted.</summary>
    /// <param name="name">Its name, such as <c>STOP</c>.</param>
    /// <param name="processes">The processes.</param>
    public static void Signal(string name, IEnumerable<ProcessTableRow> processes)
    {
        var start = new System.Diagnostics.ProcessStartInfo(
            "kill",
            ["-s", name, "--", .. processes.Select(process => $"{process.ProcessId}")]
        )
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var kill = System.Diagnostics.Process.Start(start)!;
        kill.StandardError.ReadToEnd();
        kill.WaitForExit();
    }

    /// <summary>
    /// Waits until an agent's start names its process: it may be at its place before its supervisor has written that, and would then be
    /// taken for no agent.
    /// </summary>
    public void AwaitStart(int agent) => SpinWait.SpinUntil(() => StartOf(agent) is not null, KillPatience);

    /// <summary>The supervisor of the agent that is this process.</summary>
    public void KillSupervisorOf(int agent)
    {
        if (StartOf(agent) is { } folder && TryRead(Path.Combine(folder, "supervisor")) is { } supervisor)
        {
            Signal(supervisor.ProcessId);
        }
    }

    /// <summary>Orchestrator processes of the round; what agents call of the program is theirs.</summary>
    public IReadOnlyList<ProcessTableRow> Orchestrators() =>
        [.. Marked().Where(process => process.Name is "orchestrate" or "dotnet" && NamedStartOf(process.ProcessId) is null)];

    /// <summary>Living processes of the round.</summary>
    public IReadOnlyList<ProcessTableRow> Marked() =>
        [
            .. ProcessTable
                .FindByEnvironment(Variable, mark)
                .Concat(ProcessTable.FindByEnvironment("HOME", repository.Home))
                .DistinctBy(process => process.ProcessId),
        ];

    private static bool IsSupervisor(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/environ")
                .Split('\0')
                .Any(variable => variable.StartsWith(SupervisorVariable, StringComparison.Ordinal));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int KillOne(IReadOnlyList<ProcessTableRow> processes, Random random) =>
        processes.Count == 0 ? 0 : Kill([processes[random.Next(processes.Count)]]);

    private static int Kill(IEnumerable<ProcessTableRow> processes)
    {
        var all = processes.ToList();
        foreach (var process in all)
        {
            Signal(process.ProcessId);
        }
        return all.Count;
    }

    private static void Signal(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It ended by itself in between.
        }
    }

    private int KillOwner() =>
        EngineDatabaseLock.ReadOwner(repository.OrchestratorFolder) is { } owner
            ? Kill(Orchestrators().Where(process => process.ProcessId == owner.Pid))
            : 0;

    private int KillOfStart(string file, Random random)
    {
        var alive = repository
            .StartFolders.Select(folder => (Folder: folder, Process: TryRead(Path.Combine(folder, file))))
            .Where(start => start.Process?.IsAlive() == true)
            .ToList();
        if (alive.Count == 0)
        {
            return 0;
        }
        var (folder, process) = alive[random.Next(alive.Count)];
        _lostStarts.Add(folder);
        Signal(process!.ProcessId);
        return 1;
    }

    // The one that waits at its place may be a child of the process that the start names; both know the start's folder.
    private string? StartOf(int agent) =>
        repository.StartFolders.FirstOrDefault(folder => TryRead(Path.Combine(folder, "pid"))?.ProcessId == agent) ?? NamedStartOf(agent);

    private static string? NamedStartOf(int process)
    {
        const string Start = "ORCHESTRATOR_START=";
        try
        {
            return File.ReadAllText($"/proc/{process}/environ")
                .Split('\0')
                .FirstOrDefault(variable => variable.StartsWith(Start, StringComparison.Ordinal))
                ?[Start.Length..];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ProcessIdentity? TryRead(string file) => File.Exists(file) ? ProcessIdentity.TryParse(File.ReadAllText(file)) : null;
}
