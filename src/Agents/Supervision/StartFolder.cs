using System.Globalization;
using System.Text;

namespace Orchestrator.Agents.Supervision;

/// <summary>The files of one agent run (see README.md). Small ones are written to a temporary file and renamed, so that partial content is
/// never read.</summary>
internal sealed class StartFolder(string path)
{
    internal const string StartVariable = "ORCHESTRATOR_START";
    internal const string SupervisorVariable = "ORCHESTRATOR_SUPERVISOR";

    private bool _isStarted;
    private ProcessIdentity? _agent;
    private ProcessIdentity? _supervisor;
    private ProcessIdentity? _unnamed;

    internal string Path { get; } = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));

    internal string Supervise => File("supervise");

    internal string StandardOutput => File("stdout");

    internal string StandardError => File("stderr");

    /// <summary>These three never change once they are set, and followers ask often.</summary>
    internal bool IsStarted => _isStarted = _isStarted || Directory.Exists(File("started"));

    internal ProcessIdentity? Agent => _agent ??= ProcessIdentity.TryParse(TryRead("pid"));

    internal ProcessIdentity? Supervisor => _supervisor ??= ProcessIdentity.TryParse(TryRead("supervisor"));

    /// <summary>A file in place of the supervisor's folder prevents the start.</summary>
    internal bool IsCancelledBeforeStart => System.IO.File.Exists(File("started"));

    internal bool HasEnded => System.IO.File.Exists(File("exit"));

    internal int? ExitCode => int.TryParse(TryRead("exit"), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;

    /// <summary>The disk was full when the agent ended.</summary>
    internal bool WasDiskFull => System.IO.File.Exists(File("full"));

    /// <summary>Why the agent was stopped; null if it was not.</summary>
    internal string? StopReason => TryRead("stop");

    /// <summary>The agent is being stopped, or was.</summary>
    internal bool IsStopping => System.IO.File.Exists(File("stop"));

    /// <summary>Bytes of memory when the agent was stopped for its memory; null where it was not, or the disk was full.</summary>
    internal long? Memory =>
        long.TryParse(TryRead("memory"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;

    /// <summary>Processes that the kernel had killed for want of memory when the agent was launched; null: unknown.</summary>
    internal long? MemoryKills =>
        long.TryParse(TryRead("memory-kills"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : null;

    /// <summary>The program that could not be started, because it is missing or not executable; null if it could.</summary>
    internal string? Unstartable => TryRead("unstartable");

    /// <summary>The supervisor's own messages.</summary>
    internal string? Log => TryRead("supervise.log");

    /// <summary>Options of the agent that could not be used, a sentence each.</summary>
    internal IReadOnlyList<string> Warnings
    {
        get => TryRead("warnings")?.Split('\n') ?? [];
        set => Write("warnings", string.Join('\n', value));
    }

    internal string? Owner
    {
        get => TryRead("owner");
        set => Write("owner", value ?? "");
    }

    /// <summary>Awake time the supervisor counted so far.</summary>
    internal TimeSpan Elapsed =>
        TimeSpan.FromSeconds(
            int.TryParse(TryRead("elapsed"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0
        );

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Any new text will do: the supervisor only checks whether it changed.</summary>
    internal void RenewLease()
    {
        using var lease = OwnFile.Open(File("lease"));
        lease.Write(Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N") + "\n"));
    }

    internal void NoteMemoryKills(long kills) => TryWrite("memory-kills", kills.ToString(CultureInfo.InvariantCulture));

    internal void NoteMemory(long bytes) => TryWrite("memory", bytes.ToString(CultureInfo.InvariantCulture));

    /// <summary>Notes for others that the agent's processes may be stopped for the limit of cores. False if the disk is full.</summary>
    internal bool TryNoteThrottled() => TryWrite("throttled", "");

    private bool TryWrite(string name, string text)
    {
        try
        {
            Write(name, text);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal void Write(string name, string text) => OwnFile.Write(File(name), text + "\n");

    /// <summary>Takes the place of a supervisor, atomically.</summary>
    /// <returns>False where one was there first.</returns>
    internal bool TryCancelBeforeStart()
    {
        OwnFolder.Ensure(Path);
        try
        {
            using FileStream made = new(File("started"), FileMode.CreateNew);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && System.IO.Path.Exists(File("started")))
        {
            return IsCancelledBeforeStart;
        }
    }

    /// <summary>The last bytes of stderr as text.</summary>
    internal string ErrorTail(int bytes = 8192)
    {
        try
        {
            using FileStream stream = new(StandardError, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Seek(-Math.Min(bytes, stream.Length), SeekOrigin.End);
            using StreamReader reader = new(stream, Encoding.UTF8);
            return reader.ReadToEnd().Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    internal AgentStartState State()
    {
        if (HasEnded)
        {
            return AgentStartState.Ended;
        }
        if (!IsStarted)
        {
            return IsCancelledBeforeStart ? AgentStartState.CancelledBeforeStart : AgentStartState.NotStarted;
        }
        if (IsAnybodyThere())
        {
            return AgentStartState.Running;
        }

        // It may have ended between the two checks.
        return HasEnded ? AgentStartState.Ended : AgentStartState.Died;
    }

    /// <summary>Living processes of the agent.</summary>
    internal IReadOnlyList<ProcessInfo> AgentProcesses() => ProcessTable.FindByEnvironment(StartVariable, Path, NotStartedAt);

    /// <summary>Living processes of its supervisor.</summary>
    internal IReadOnlyList<ProcessInfo> SupervisorProcesses() => ProcessTable.FindByEnvironment(SupervisorVariable, Path);

    /// <summary>A moment before any supervisor started the agent, so that none of its processes is older; null: unknown.</summary>
    internal PidWatermark? NotStartedAt { get; set; }

    /// <summary>A supervisor was launched, which starts the agent if no other has.</summary>
    internal void Launched(ProcessIdentity supervisor) => _unnamed = supervisor;

    private bool IsAnybodyThere() =>
        Agent?.IsAlive() == true
        || Supervisor?.IsAlive() == true
        // Between creating "started" and writing its identity a supervisor is only known by its environment.
        || (Supervisor is null && (_unnamed?.IsAlive() == true || FindUnnamed() is not null));

    /// <summary>Cached, because followers ask every few milliseconds until it has written its identity, and each search reads all
    /// processes.</summary>
    private ProcessIdentity? FindUnnamed() => _unnamed = SupervisorProcesses() is [var first, ..] ? first.Identity : null;

    private string? TryRead(string name)
    {
        try
        {
            // Checked first because the file is usually missing, and an exception is expensive.
            return System.IO.File.Exists(File(name)) ? System.IO.File.ReadAllText(File(name)).Trim() : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
