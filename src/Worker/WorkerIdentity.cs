using Orchestrator.Processes;

namespace Orchestrator.Worker;

/// <summary>Identities of workers: <c>pid@machine#boot id#start time#process namespace-random</c>.</summary>
public static class WorkerIdentity
{
    /// <summary>The identity of this process.</summary>
    /// <param name="machine">This machine (<see cref="MachineIdentity"/>).</param>
    public static string Create(string machine)
    {
        var self = ProcessIdentity.Current;
        return $"{self.ProcessId}@{machine}#{self.BootId}#{self.StartTime}#{ProcessIdentity.CurrentNamespace}-{Guid.NewGuid():n}";
    }

    /// <summary>True when the identity names a worker on another machine that has the same machine id, as copies of one installation have:
    /// its boot is not this one, and it was there after this one had begun.</summary>
    /// <param name="identity">A worker's identity.</param>
    /// <param name="machine">This machine.</param>
    /// <param name="seen">When the server had word of it last.</param>
    /// <param name="booted">When this machine booted.</param>
    public static bool IsTwin(string identity, string machine, DateTimeOffset seen, DateTimeOffset booted) =>
        identity.Split('#') is [var process, var boot, _, _]
        && process.EndsWith("@" + machine, StringComparison.Ordinal)
        && boot != ProcessIdentity.CurrentBootId
        && seen > booted + ClockTolerance;

    /// <summary>The greatest difference between the clocks of this machine and the server.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(2);

    /// <summary>True when the identity names a process of this machine that is certainly gone: from an earlier boot, or from this one where
    /// process ids mean the same in its namespace and ours. Nothing is known of other machines, containers and forms.</summary>
    /// <param name="identity">A worker's identity.</param>
    /// <param name="machine">This machine.</param>
    public static bool IsDead(string identity, string machine)
    {
        var parts = identity.Split('#');
        if (parts.Length != 4)
        {
            return false;
        }
        var at = parts[0].IndexOf('@', StringComparison.Ordinal);
        if (
            at <= 0
            || parts[0][(at + 1)..] != machine
            || ProcessIdentity.TryParse($"{parts[0][..at]} {parts[2]} {parts[1]}") is not { } process
        )
        {
            return false;
        }
        return process.BootId != ProcessIdentity.CurrentBootId
            || (parts[3].Split('-')[0] == ProcessIdentity.CurrentNamespace && !process.IsAlive());
    }
}
