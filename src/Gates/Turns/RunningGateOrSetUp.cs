using System.Security.Cryptography;

namespace Orchestrator.Gates.Turns;

/// <summary>
/// A gate or set-up command that is running on this machine. Running gates and set-up commands are recorded in files, not in the workflow,
/// to keep the run's workflow history short.
/// </summary>
/// <param name="Name">Name of the gate, or the command.</param>
/// <param name="IsSetUp">True for a set-up command.</param>
/// <param name="Origin">Run and task of the step.</param>
/// <param name="Since">Start time. For a gate that had to wait, the time at which it entered the queue.</param>
public sealed record RunningGateOrSetUp(string Name, bool IsSetUp, GateOrigin Origin, DateTimeOffset Since)
{
    /// <summary>
    /// Returns all gates and set-up commands that this user's live processes are running on this machine. Changes nothing.
    /// </summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="queued">All waiting gates, which are not running yet.</param>
    public static IReadOnlyList<RunningGateOrSetUp> All(
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<QueuedGateRecord> queued
    )
    {
        var folder = UserStateFolder.FolderOf(environment);
        var waiting = queued.Select(gate => (gate.Gate, gate.Origin)).ToHashSet();
        return
        [
            .. In(GateScheduler.AllFolder(folder), isSetUp: false).Where(step => !waiting.Contains((step.Name, step.Origin))),
            .. In(SetUpFolder(folder), isSetUp: true),
        ];
    }

    /// <summary>Records that a set-up command is running, until the returned object is disposed or this process dies.</summary>
    /// <param name="command">Set-up command.</param>
    /// <param name="origin">Run and task of the worktree.</param>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="time">Clock.</param>
    public static IDisposable BeginSetUp(
        string command,
        GateOrigin origin,
        IReadOnlyDictionary<string, string> environment,
        TimeProvider time
    )
    {
        var folder = SetUpFolder(UserStateFolder.MakeFolder(environment));
        PrivateFolder.Make(folder);
        foreach (var dead in GateQueueTicket.In(folder).Where(ticket => !ticket.IsAlive()))
        {
            dead.Remove(folder);
        }
        var ticket = new GateQueueTicket(ProcessIdentity.Current.ToString(), "", Alone: false, command, origin, time.GetUtcNow())
        {
            Number = RandomNumberGenerator.GetInt32(int.MaxValue),
        };
        ticket.Write(folder);
        return new GateOrSetUpRegistrationHandle(ticket, folder);
    }

    private static string SetUpFolder(string folder) => Path.Combine(folder, "set-ups");

    private static IEnumerable<RunningGateOrSetUp> In(string folder, bool isSetUp) =>
        GateQueueTicket
            .In(folder)
            .Where(ticket => ticket.IsAlive())
            .Select(ticket => new RunningGateOrSetUp(ticket.Gate, isSetUp, ticket.Origin, ticket.Since));

    private sealed class GateOrSetUpRegistrationHandle(GateQueueTicket ticket, string folder) : IDisposable
    {
        public void Dispose() => ticket.Remove(folder);
    }
}
