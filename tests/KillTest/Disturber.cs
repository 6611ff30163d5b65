using Orchestrator.Processes;

namespace Orchestrator.KillTest;

/// <summary>Kills things with SIGKILL. Only processes that carry the round's mark in their environment are ever looked at.</summary>
/// <param name="repository">The round's repository.</param>
/// <param name="mark">Value of <see cref="Variable"/> in every process of the round.</param>
public sealed class Disturber(KillRepository repository, string mark)
{
    /// <summary>Variable that marks the processes of a round.</summary>
    public const string Variable = "KILL_TEST_ROUND";

    private readonly Dictionary<string, int> _agentKills = [];

    /// <summary>How often an agent of each task was killed.</summary>
    public IReadOnlyDictionary<string, int> AgentKills => _agentKills;

    /// <summary>Every orchestrator process at once.</summary>
    /// <returns>How many there were.</returns>
    public int KillOrchestrators() => Kill(Marked().Where(process => process.Name is "orchestrate" or "dotnet"));

    /// <summary>One git child, if there is one.</summary>
    public int KillGit(Random random)
    {
        var running = Marked().Where(process => process.Name == "git").ToList();
        return running.Count == 0 ? 0 : Kill([running[random.Next(running.Count)]]);
    }

    /// <summary>One agent, if one is at work; its supervisor stays.</summary>
    public int KillAgent(Random random)
    {
        var runs = Path.Combine(repository.Folder, ".orchestrator", "runs");
        var alive = !Directory.Exists(runs) ? [] : Directory.EnumerateFiles(runs, "pid", SearchOption.AllDirectories)
            .Select(file => (Task: Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)))!, Process: ProcessIdentity.TryParse(File.ReadAllText(file))))
            .Where(agent => agent.Process?.IsAlive() == true)
            .ToList();
        if (alive.Count == 0)
            return 0;
        var (task, process) = alive[random.Next(alive.Count)];
        _agentKills[task] = _agentKills.GetValueOrDefault(task) + 1;
        Signal(process!.ProcessId);
        return 1;
    }

    /// <summary>Living processes of the round.</summary>
    public IReadOnlyList<ProcessInfo> Marked() => [.. ProcessTable.FindByEnvironment(Variable, mark).Where(process => !process.IsDead)];

    private static int Kill(IEnumerable<ProcessInfo> processes)
    {
        var all = processes.ToList();
        foreach (var process in all)
            Signal(process.ProcessId);
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
}
