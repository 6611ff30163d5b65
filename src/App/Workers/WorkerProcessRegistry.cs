using System.Globalization;
using Orchestrator.Gates;

namespace Orchestrator.App.Workers;

/// <summary>
/// Records which processes belong to the worker identities on this machine. An identity is human-readable and contains only the program's
/// version, the host and the process id. The record adds the start time, boot and PID namespace, from which other processes can detect that
/// the worker has ended.
/// </summary>
/// <param name="environment">Environment variables of the process, which determine the user's state folder.</param>
public sealed class WorkerProcessRegistry(IReadOnlyDictionary<string, string> environment)
{
    private const string Prefix = "orchestrate ";

    // Maximum expected difference between the clocks of this machine and the server.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(2);

    // Time after which records are removed. No server waits longer for a worker, because activities have timeouts of hours.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly string _folder = Path.Combine(UserStateFolder.FolderOf(environment), "workers");

    /// <summary>Returns the identity of this process, such as <c>orchestrate 0.1.0 on desk (4711)</c>.</summary>
    /// <param name="version">Version of this program.</param>
    public static string IdentityOf(string version) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{version} on {Environment.MachineName} ({Environment.ProcessId})");

    /// <summary>
    /// Records this process under an identity. Also removes records that are more than 30 days old and whose processes have ended.
    /// </summary>
    /// <param name="identity">Identity of this process (<see cref="IdentityOf"/>).</param>
    /// <exception cref="IOException">The record can't be written.</exception>
    public void Add(string identity)
    {
        PrivateFolder.Make(UserStateFolder.MakeFolder(environment));
        PrivateFolder.Make(_folder);
        var self = ProcessIdentity.Current;
        var name = string.Create(CultureInfo.InvariantCulture, $"{self.ProcessId}-{self.StartTime}");
        DurableFile.Write(Path.Combine(_folder, name), $"{identity}\n{self}\n{ProcessIdentity.CurrentNamespace}\n");
        foreach (var file in Directory.EnumerateFiles(_folder))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > Kept && Read(file) is { IsDead: true })
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>
    /// True if all processes recorded under the identity on this machine have ended. False for an identity without a record, such as that
    /// of a worker on another machine.
    /// </summary>
    /// <param name="identity">A worker's identity.</param>
    public bool IsDead(string identity) => Find(identity) is { Count: > 0 } found && found.All(record => record.IsDead);

    /// <summary>
    /// True if the identity belongs to a worker on another machine with the same machine id, for example because the installation was
    /// copied. Such an identity has no record on this machine, but its worker has polled since this machine booted.
    /// </summary>
    /// <param name="identity">Identity of a worker that polls a queue of this machine.</param>
    /// <param name="seen">Time of the worker's last poll, by the server's clock.</param>
    /// <param name="booted">Time at which this machine booted.</param>
    public bool IsTwin(string identity, DateTimeOffset seen, DateTimeOffset booted) =>
        identity.StartsWith(Prefix, StringComparison.Ordinal) && seen > booted + ClockTolerance && Find(identity).Count == 0;

    private List<WorkerProcessRecord> Find(string identity) =>
        identity.StartsWith(Prefix, StringComparison.Ordinal) && Directory.Exists(_folder)
            ? [.. Directory.EnumerateFiles(_folder).Select(Read).OfType<WorkerProcessRecord>().Where(record => record.Identity == identity)]
            : [];

    private static WorkerProcessRecord? Read(string file) =>
        DurableFile.TryRead(file)?.Split('\n') is [var identity, var process, var space, ..]
        && ProcessIdentity.TryParse(process) is { } parsed
            ? new WorkerProcessRecord(identity, parsed, space)
            : null;

    private sealed record WorkerProcessRecord(string Identity, ProcessIdentity Process, string Namespace)
    {
        /// <summary>
        /// True if the recorded process was started before the last boot, or if it belongs to this PID namespace and has ended.
        /// </summary>
        public bool IsDead =>
            Process.BootId != ProcessIdentity.CurrentBootId || (Namespace == ProcessIdentity.CurrentNamespace && !Process.IsAlive());
    }
}
