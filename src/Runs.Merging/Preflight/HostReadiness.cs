using System.Diagnostics.CodeAnalysis;
using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>Checks whether this machine could do a task of another machine's run now: disk, memory, and the agent with its login, by the
/// settings here.</summary>
/// <param name="services">What the steps need of this machine.</param>
/// <param name="root">The repository here.</param>
/// <param name="loaded">Its settings, without errors.</param>
/// <param name="freeMemory">Bytes of memory that are free now; null: as the runtime sees it, limits of a container included.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore that is only awaited holds nothing.")]
public sealed class HostReadiness(RunServices services, string root, SettingsResult loaded, Func<long>? freeMemory = null)
{
    /// <summary>An agent's program is not started more often than this for a look at it.</summary>
    private static readonly TimeSpan Known = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, (long Since, string? Problem)> _agents = new(StringComparer.Ordinal);

    private OrchestratorSettings Settings => loaded.Settings!;

    /// <summary>Why a task can't be done here now.</summary>
    /// <param name="agent">Its agent. One that the settings here do not know comes with the run, and is not looked at.</param>
    /// <param name="stop">Ends the agent's program.</param>
    /// <returns>A clause without its full stop; null: it can be done.</returns>
    public async Task<string?> FindProblemAsync(string agent, CancellationToken stop)
    {
        if (DiskSpace.Shortage(root, Settings.DiskReserve, "") is { } shortage)
        {
            return shortage.TrimEnd(' ', ';', '.');
        }
        // Runs may be recorded on a disk of their own.
        var records = Path.Combine(root, ".orchestrator");
        if (Directory.Exists(records) && DiskSpace.FullAt(records) is not null)
        {
            return $"the disk of {records} is full";
        }
        var free = (freeMemory ?? FreeMemory)();
        return Settings.Hosts.Memory is { } wanted && free < wanted
            ? $"only {Sizes.Describe(free)} of memory are free there, and {Sizes.Describe(wanted)} must be (hosts.memory)"
            : await FindAgentProblemAsync(agent, stop);
    }

    // The figures are those of the last collection; one of the youngest objects takes less than a millisecond.
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
        return check.Status == AgentCheckStatus.Failed || check.IsLoggedIn == false
            ? $"{agent} can't work there: {check.Message} {check.Cure}".TrimEnd(' ', '.')
            : null;
    }
}
