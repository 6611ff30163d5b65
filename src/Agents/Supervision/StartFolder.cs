using System.Globalization;
using System.Text;

namespace Orchestrator.Agents.Supervision;

/// <summary>Files of a single agent run (see README.md). Small ones are written to a temporary file and renamed, so that partial content
/// is never read.</summary>
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

    /// <summary>True if the agent was started. This and the next two values never change once set; they are cached because followers read
    /// them often.</summary>
    internal bool IsStarted => _isStarted = _isStarted || Directory.Exists(File("started"));

    internal ProcessIdentity? Agent => _agent ??= ProcessIdentity.TryParse(TryRead("pid"));

    internal ProcessIdentity? Supervisor => _supervisor ??= ProcessIdentity.TryParse(TryRead("supervisor"));

    /// <summary>True if the start was cancelled: a file in place of the supervisor's folder prevents it.</summary>
    internal bool IsCancelledBeforeStart => System.IO.File.Exists(File("started"));

    internal bool HasEnded => System.IO.File.Exists(File("exit"));

    internal int? ExitCode => int.TryParse(TryRead("exit"), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;

    /// <summary>True if the disk was full when the agent ended.</summary>
    internal bool WasDiskFull => System.IO.File.Exists(File("full"));

    /// <summary>Reason for which the agent was stopped, or null if it was not.</summary>
    internal string? StopReason => TryRead("stop");

    /// <summary>True if the agent is being stopped or has been stopped.</summary>
    internal bool IsStopping => System.IO.File.Exists(File("stop"));

    /// <summary>Memory in bytes when the agent was stopped for its memory use. Null if it was not, or the disk was full.</summary>
    internal long? Memory =>
        long.TryParse(TryRead("memory"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;

    /// <summary>Number of the kernel's OOM kills when the agent was launched, or null if unknown.</summary>
    internal long? MemoryKills =>
        long.TryParse(TryRead("memory-kills"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : null;

    /// <summary>Program that could not be started because it is missing or not executable, or null if it started.</summary>
    internal string? Unstartable => TryRead("unstartable");

    /// <summary>Messages of the supervisor itself.</summary>
    internal string? Log => TryRead("supervise.log");

    /// <summary>Warnings about options that could not be used, a sentence each.</summary>
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

    /// <summary>Awake time counted by the supervisor so far.</summary>
    internal TimeSpan Elapsed =>
        TimeSpan.FromSeconds(
            int.TryParse(TryRead("elapsed"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0
        );

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Renews the lease. Any new text is sufficient because the supervisor only checks for a change.</summary>
    internal void RenewLease()
    {
        using var lease = OwnFile.Open(File("lease"));
        lease.Write(Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N") + "\n"));
    }

    internal void NoteMemoryKills(long kills) => TryWrite("memory-kills", kills.ToString(CultureInfo.InvariantCulture));

    internal void NoteMemory(long bytes) => TryWrite("memory", bytes.ToString(CultureInfo.InvariantCulture));

    /// <summary>Records that the agent's processes may be stopped for the CPU limit. False if the disk is full.</summary>
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

    /// <summary>Atomically occupies the path that a supervisor would create at the start.</summary>
    /// <returns>False if a supervisor was first.</returns>
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

    /// <summary>Returns the last bytes of stderr as text.</summary>
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

        // The agent may have ended between the two checks.
        return HasEnded ? AgentStartState.Ended : AgentStartState.Died;
    }

    /// <summary>Returns the living processes of the agent.</summary>
    internal IReadOnlyList<ProcessInfo> AgentProcesses() => ProcessTable.FindByEnvironment(StartVariable, Path, NotStartedAt);

    /// <summary>Returns the living processes of its supervisor.</summary>
    internal IReadOnlyList<ProcessInfo> SupervisorProcesses() => ProcessTable.FindByEnvironment(SupervisorVariable, Path);

    /// <summary>Process watermark from before any supervisor started the agent, so that all its processes are newer. Null if
    /// unknown.</summary>
    internal PidWatermark? NotStartedAt { get; set; }

    /// <summary>Records a launched supervisor, which starts the agent if no other has.</summary>
    internal void Launched(ProcessIdentity supervisor) => _unnamed = supervisor;

    private bool IsAnybodyThere() =>
        Agent?.IsAlive() == true
        || Supervisor?.IsAlive() == true
        // Before a supervisor writes its identity to "started", it can only be found by its environment.
        || (Supervisor is null && (_unnamed?.IsAlive() == true || FindUnnamed() is not null));

    /// <summary>Finds a supervisor that has not written its identity yet. Cached because each search reads all processes, and followers
    /// poll every few milliseconds.</summary>
    private ProcessIdentity? FindUnnamed() => _unnamed = SupervisorProcesses() is [var first, ..] ? first.Identity : null;

    private string? TryRead(string name)
    {
        try
        {
            // Checked first because the file is usually missing and an exception is expensive.
            return System.IO.File.Exists(File(name)) ? System.IO.File.ReadAllText(File(name)).Trim() : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
