using System.Diagnostics.CodeAnalysis;
using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>
/// Checks whether this host can currently run a task of another host's run. The disk, the memory and the agent's login are checked against
/// the settings of this host.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="root">Root of the repository on this host.</param>
/// <param name="loaded">The repository's settings on this host, without errors.</param>
/// <param name="freeMemory">Returns the free memory in bytes, or null to use the value of the runtime, which respects container
/// limits.</param>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim owns no unmanaged resources unless its wait handle is requested.")]
public sealed class HostReadinessChecker(RunServiceBundle services, string root, SettingsLoadResult loaded, Func<long>? freeMemory = null)
{
    /// <summary>Minimum time between two checks of the same agent program.</summary>
    private static readonly TimeSpan Known = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, (long Since, string? Problem)> _agents = new(StringComparer.Ordinal);

    private OrchestratorSettings Settings => loaded.Settings!;

    /// <summary>Returns the reason why a task can't run on this host now.</summary>
    /// <param name="agent">Name of the task's agent. If the settings of this host do not define the agent, it comes with the run and is not
    /// checked.</param>
    /// <param name="stop">Stops the agent's program.</param>
    /// <returns>Clause without a full stop, or null if the task can run here.</returns>
    public async Task<string?> FindProblemAsync(string agent, CancellationToken stop)
    {
        if (DiskSpace.Shortage(root, Settings.DiskReserve, "") is { } shortage)
        {
            return shortage.TrimEnd(' ', ';', '.');
        }
        // Run folders may be on a different disk.
        var records = Path.Combine(root, ".orchestrator");
        if (Directory.Exists(records) && DiskSpace.FullAt(records) is not null)
        {
            return $"the disk of {records} is full";
        }
        var free = (freeMemory ?? FreeMemory)();
        return Settings.Hosts.Memory is { } wanted && free < wanted
            ? $"only {ByteSizes.Describe(free)} of memory are free there; hosts.memory requires {ByteSizes.Describe(wanted)}"
            : await FindAgentProblemAsync(agent, stop);
    }

    // The runtime reports the values of the last garbage collection, so one of generation 0 is run first. It takes less than 1 ms.
    private static long FreeMemory()
    {
        GC.Collect(0);
        var memory = GC.GetGCMemoryInfo(GCKind.Any);
        return memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes;
    }

    private async Task<string?> FindAgentProblemAsync(string agent, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            if (_agents.TryGetValue(agent, out var known) && services.Time.GetElapsedTime(known.Since) < Known)
            {
                return known.Problem;
            }
            var problem = await CheckAsync(agent, stop);
            _agents[agent] = (services.Time.GetTimestamp(), problem);
            return problem;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<string?> CheckAsync(string agent, CancellationToken stop)
    {
        var environment = new AgentRunEnvironment(loaded.AgentEnvironment, null, []);
        if (AgentCatalog.Find(agent, Settings, services.HookCommand, environment) is not { } runner)
        {
            return null;
        }
        var check = await runner.CheckAsync(root, stop);
        return check.Status == AgentProgramCheckStatus.Failed || check.IsLoggedIn == false
            ? $"{agent} can't work there: {check.Message} {check.Cure}".TrimEnd(' ', '.')
            : null;
    }
}
