using System.Globalization;
using Orchestrator.KillTest;
using Orchestrator.Processes;

namespace Orchestrator.NightBench.Running;

/// <summary>Processes of a night: kills them, and measures those of the tool.</summary>
/// <param name="adapter">The tool.</param>
/// <param name="folders">Folders of the night.</param>
public sealed class ToolProcesses(ToolAdapter adapter, NightFolders folders)
{
    private const int MostLooks = 500;
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(30);

    /// <summary>Largest memory of the tool's own processes so far in bytes. Agents are not counted.</summary>
    public long PeakMemory { get; private set; }

    /// <summary>Measures the memory.</summary>
    public void Measure()
    {
        var own = ProcessTable
            .FindByEnvironment(ToolAdapter.Variable, adapter.Mark)
            .Where(process => ProcessTable.VariableOf(process.ProcessId, "NIGHTBENCH") is null);
        PeakMemory = Math.Max(PeakMemory, own.Sum(process => SharedOutMemory(process.ProcessId)));
    }

    /// <summary>
    /// Kills everything of the night, as if the machine lost its power. The files then name an earlier boot. Waits until each agent's
    /// program has recorded its launch, because the tool already knows of it.
    /// </summary>
    public async Task KillMachineAsync()
    {
        for (var tries = 0; tries < MostLooks && HasUnrecordedAgent(All()); tries++)
        {
            await Task.Delay(LookPause);
        }
        await StopAllAsync();
        OtherBoot.Pretend(folders.Repository, folders.Home);
    }

    /// <summary>Ends everything of the night.</summary>
    public Task StopAllAsync() => new ProcessStopper().StopAsync(All, signal: null, grace: TimeSpan.Zero, KillPatience);

    // Gates get no variables but those that they need.
    private IReadOnlyList<ProcessTableRow> All() =>
        [
            .. ProcessTable
                .FindByEnvironment(ToolAdapter.Variable, adapter.Mark)
                .Concat(ProcessTable.FindByEnvironment("HOME", folders.Home))
                .DistinctBy(process => process.ProcessId),
        ];

    // The script of the agent's program sets the variable after its record, and then becomes another program. A sandbox program that has no
    // child yet is about to execute the script.
    private bool HasUnrecordedAgent(IReadOnlyList<ProcessTableRow> all)
    {
        var program = Path.Combine(folders.Programs, NightRepository.AgentProgram);
        var parents = all.Select(process => process.ParentId).ToHashSet();
        return all.Any(process =>
            ProcessTable.VariableOf(process.ProcessId, "NIGHTBENCH") is null
            && ProcessTable.ArgumentsOf(process.ProcessId) is { } arguments
            && arguments.Contains("-p")
            && arguments.Contains(program)
            && (process.Name == NightRepository.AgentProgram || !parents.Contains(process.ProcessId))
        );
    }

    // Pages that processes share count once.
    private static long SharedOutMemory(int processId)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0;
        }
    }
}
