using Orchestrator.Processes;

namespace Orchestrator.Worker;

/// <summary>Creates and interprets worker identities: <c>pid@machine#boot id#start time#process namespace-random</c>.</summary>
public static class WorkerIdentity
{
    /// <summary>Creates the identity of this process.</summary>
    /// <param name="machine">Identity of this machine (<see cref="MachineIdentity"/>).</param>
    public static string Create(string machine)
    {
        var self = ProcessIdentity.Current;
        return $"{self.ProcessId}@{machine}#{self.BootId}#{self.StartTime}#{ProcessIdentity.CurrentNamespace}-{Guid.NewGuid():n}";
    }

    /// <summary>
    /// True if the identity belongs to a worker on another machine with the same machine id, as in copies of one installation. Such a
    /// worker has another boot id and was seen after this machine had booted.
    /// </summary>
    /// <param name="identity">Identity of the worker.</param>
    /// <param name="machine">Identity of this machine.</param>
    /// <param name="seen">Time at which the server last saw the worker.</param>
    /// <param name="booted">Time at which this machine booted.</param>
    public static bool IsTwin(string identity, string machine, DateTimeOffset seen, DateTimeOffset booted) =>
        identity.Split('#') is [var process, var boot, _, _]
        && process.EndsWith("@" + machine, StringComparison.Ordinal)
        && boot != ProcessIdentity.CurrentBootId
        && seen > booted + ClockTolerance;

    /// <summary>Maximum assumed difference between the clocks of this machine and the server.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(2);

    /// <summary>
    /// True if the identity belongs to a process of this machine that has certainly ended. The process is from an earlier boot, or from
    /// the current boot and the same PID namespace. Returns false for other machines, containers and identity formats.
    /// </summary>
    /// <param name="identity">Identity of the worker.</param>
    /// <param name="machine">Identity of this machine.</param>
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
