using System.Globalization;
using System.Text;

namespace Orchestrator.Agents.Supervision;

/// <summary>Folder with the files of an agent run (see README.md). Small files are written atomically, so that readers never see partial
/// content.</summary>
internal sealed class AgentRunFileStore(string path)
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

    /// <summary>
    /// True if the agent was started. The value is cached once it is true, because followers read it often and it never changes back.
    /// </summary>
    internal bool IsStarted => _isStarted = _isStarted || Directory.Exists(File("started"));

    internal ProcessIdentity? Agent => _agent ??= ProcessIdentity.TryParse(TryRead("pid"));

    internal ProcessIdentity? Supervisor => _supervisor ??= ProcessIdentity.TryParse(TryRead("supervisor"));

    /// <summary>
    /// True if the agent run was canceled before the agent started. A file at the path of the supervisor's folder then prevents the start.
    /// </summary>
    internal bool IsCancelledBeforeStart => System.IO.File.Exists(File("started"));

    internal bool HasEnded => System.IO.File.Exists(File("exit"));

    internal int? ExitCode => int.TryParse(TryRead("exit"), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;

    /// <summary>True if the disk was full when the agent ended.</summary>
    internal bool WasDiskFull => System.IO.File.Exists(File("full"));

    /// <summary>Reason why the agent was stopped, or null if it was not stopped.</summary>
    internal string? StopReason => TryRead("stop");

    /// <summary>True if the agent is being stopped or has been stopped.</summary>
    internal bool IsStopping => System.IO.File.Exists(File("stop"));

    /// <summary>
    /// Memory that the agent was using, in bytes, when it was stopped for exceeding its memory limit. Null if the agent was not stopped for
    /// that reason, or if the disk was full.
    /// </summary>
    internal long? Memory =>
        long.TryParse(TryRead("memory"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;

    /// <summary>Number of OOM kills that the kernel had counted when the agent was launched, or null if unknown.</summary>
    internal long? MemoryKills =>
        long.TryParse(TryRead("memory-kills"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : null;

    /// <summary>
    /// Path of the marker file that is created immediately before the agent's program is executed. An agent in a sandbox can also write
    /// this file.
    /// </summary>
    private string Begun => File(System.IO.Path.Combine(AgentRunParameters.OutFolder, "begun"));

    /// <summary>
    /// Command line that precedes the agent's program and creates the file <see cref="Begun"/>. If the disk is full, the agent starts
    /// without the file.
    /// </summary>
    internal IReadOnlyList<string> MarkBegin => ["/bin/sh", "-c", "true 2>/dev/null >\"$0\"; exec \"$@\"", Begun];

    /// <summary>
    /// True if the agent's program was never executed. Either the program could not be started, or the supervisor ended without starting it
    /// and there is neither a start marker nor output. If the disk was full, a missing marker proves nothing.
    /// </summary>
    internal bool NeverRan =>
        Unstartable is not null
        || (
            ExitCode is null or ShellExitCodes.NoWorkingDirectory or ShellExitCodes.Stopped
            && !System.IO.File.Exists(Begun)
            && !WasDiskFull
            && IsEmpty(StandardOutput)
        );

    /// <summary>Path of the program if it could not be started, because it is missing or not executable. Null if the program was
    /// started.</summary>
    internal string? Unstartable => TryRead("unstartable");

    /// <summary>Messages of the supervisor itself.</summary>
    internal string? Log => TryRead("supervise.log");

    /// <summary>Warnings about options that the agent program does not support. Each warning is a sentence.</summary>
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

    /// <summary>Time that the supervisor has counted so far, without time in which the machine was suspended.</summary>
    internal TimeSpan Elapsed =>
        TimeSpan.FromSeconds(
            int.TryParse(TryRead("elapsed"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0
        );

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Renews the follower's lease by changing the lease file. The new content does not matter, because the supervisor only checks whether
    /// the file has changed.
    /// </summary>
    internal void RenewLease()
    {
        using var lease = SymlinkSafeFileWriter.Open(File("lease"));
        lease.Write(Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N") + "\n"));
    }

    internal void NoteMemoryKills(long kills) => TryWrite("memory-kills", kills.ToString(CultureInfo.InvariantCulture));

    internal void NoteMemory(long bytes) => TryWrite("memory", bytes.ToString(CultureInfo.InvariantCulture));

    /// <summary>Records that the agent's processes may be paused to enforce the CPU limit. Returns false if the disk is full.</summary>
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

    internal void Write(string name, string text) => SymlinkSafeFileWriter.Write(File(name), text + "\n");

    /// <summary>Prevents the start by atomically creating a file at the path at which a supervisor would create its folder.</summary>
    /// <returns>True if the file was created. False if a supervisor created its folder first.</returns>
    internal bool TryCancelBeforeStart()
    {
        OrchestratorFolderCreator.Ensure(Path);
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

    /// <summary>Returns the end of the agent's standard error as text.</summary>
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

    internal AgentRunStatus State()
    {
        if (HasEnded)
        {
            return AgentRunStatus.Ended;
        }
        if (!IsStarted)
        {
            return IsCancelledBeforeStart ? AgentRunStatus.CancelledBeforeStart : AgentRunStatus.NotStarted;
        }
        if (IsAnybodyThere())
        {
            return AgentRunStatus.Running;
        }

        // The agent may have ended between the two checks.
        return HasEnded ? AgentRunStatus.Ended : AgentRunStatus.Died;
    }

    /// <summary>Returns the running processes of the agent.</summary>
    internal IReadOnlyList<ProcessTableRow> AgentProcesses() => ProcessTable.FindByEnvironment(StartVariable, Path, NotStartedAt);

    /// <summary>Returns the running processes of the supervisor.</summary>
    internal IReadOnlyList<ProcessTableRow> SupervisorProcesses() => ProcessTable.FindByEnvironment(SupervisorVariable, Path);

    /// <summary>
    /// Position that the system's process-id sequence had reached before any supervisor started the agent. All processes of the agent were
    /// created after this position. Null if unknown.
    /// </summary>
    internal NewProcessIdWatermark? NotStartedAt { get; set; }

    /// <summary>
    /// Records a supervisor that was just launched. The supervisor starts the agent unless another supervisor has already done so.
    /// </summary>
    internal void Launched(ProcessIdentity supervisor) => _unnamed = supervisor;

    private static bool IsEmpty(string file) => !System.IO.File.Exists(file) || new FileInfo(file).Length == 0;

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
            // Existence is checked first, because the file is usually missing and an exception is expensive.
            return System.IO.File.Exists(File(name)) ? System.IO.File.ReadAllText(File(name)).Trim() : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
