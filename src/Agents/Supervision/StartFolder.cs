using System.Globalization;
using System.Text;

namespace Orchestrator.Agents.Supervision;

/// <summary>The files of one start (README.md has the table). Small facts are written aside and renamed, so nobody reads half of
/// one.</summary>
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

    /// <summary>These three never change once they are there, and followers ask often.</summary>
    internal bool IsStarted => _isStarted = _isStarted || Directory.Exists(File("started"));

    internal ProcessIdentity? Agent => _agent ??= ProcessIdentity.TryParse(TryRead("pid"));

    internal ProcessIdentity? Supervisor => _supervisor ??= ProcessIdentity.TryParse(TryRead("supervisor"));

    /// <summary>A file where a supervisor would make its folder: it can't any more.</summary>
    internal bool IsCancelledBeforeStart => System.IO.File.Exists(File("started"));

    internal bool HasEnded => System.IO.File.Exists(File("exit"));

    internal int? ExitCode => int.TryParse(TryRead("exit"), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;

    /// <summary>The disk was full when the agent ended.</summary>
    internal bool WasDiskFull => System.IO.File.Exists(File("full"));

    /// <summary>Why the agent was stopped; null if nobody asked for that.</summary>
    internal string? StopReason => TryRead("stop");

    /// <summary>Somebody stops the agent, or has done so.</summary>
    internal bool IsStopping => System.IO.File.Exists(File("stop"));

    /// <summary>The bytes of memory an agent held when it was stopped for that; null where it was not, or the disk was full.</summary>
    internal long? Memory =>
        long.TryParse(TryRead("memory"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;

    /// <summary>The program that could not be started, because it is missing or may not be executed; null if it could.</summary>
    internal string? Unstartable => TryRead("unstartable");

    /// <summary>The supervisor's own messages.</summary>
    internal string? Log => TryRead("supervise.log");

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

    /// <summary>Any new text will do: the supervisor only looks whether it changed.</summary>
    internal void RenewLease()
    {
        using var lease = System.IO.File.OpenHandle(
            File("lease"),
            FileMode.OpenOrCreate,
            FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete
        );
        RandomAccess.Write(lease, Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N") + "\n"), 0);
    }

    internal void NoteMemory(long bytes) => TryWrite("memory", bytes.ToString(CultureInfo.InvariantCulture));

    /// <summary>Notes for others that the agent's processes may be found stopped, because they are held to their cores. False if the disk
    /// is full.</summary>
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

    internal void Write(string name, string text)
    {
        var aside = File($"{name}.{Guid.NewGuid():N}");
        try
        {
            System.IO.File.WriteAllText(aside, text + "\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            System.IO.File.Move(aside, File(name), overwrite: true);
        }
        catch (IOException)
        {
            System.IO.File.Delete(aside);
            throw;
        }
    }

    /// <summary>Takes the place of a supervisor, atomically.</summary>
    /// <returns>False where one was there first.</returns>
    internal bool TryCancelBeforeStart()
    {
        Directory.CreateDirectory(Path);
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

        // It may have ended between the two looks.
        return HasEnded ? AgentStartState.Ended : AgentStartState.Died;
    }

    /// <summary>What still lives of the agent itself.</summary>
    internal IReadOnlyList<ProcessInfo> AgentProcesses() => ProcessTable.FindByEnvironment(StartVariable, Path, NotStartedAt);

    /// <summary>What still lives of its supervisor.</summary>
    internal IReadOnlyList<ProcessInfo> SupervisorProcesses() => ProcessTable.FindByEnvironment(SupervisorVariable, Path);

    /// <summary>A moment at which no supervisor had taken the start, so that nothing of the agent began before; null: not known.</summary>
    internal PidWatermark? NotStartedAt { get; set; }

    /// <summary>A supervisor was launched, which takes the start if no other has.</summary>
    internal void Launched(ProcessIdentity supervisor) => _unnamed = supervisor;

    private bool IsAnybodyThere() =>
        Agent?.IsAlive() == true
        || Supervisor?.IsAlive() == true
        // Between making "started" and naming itself a supervisor is only known by its environment.
        || (Supervisor is null && (_unnamed?.IsAlive() == true || FindUnnamed() is not null));

    /// <summary>Kept, since followers ask every few milliseconds until it has named itself, and each search looks at all
    /// processes.</summary>
    private ProcessIdentity? FindUnnamed() => _unnamed = SupervisorProcesses() is [var first, ..] ? first.Identity : null;

    private string? TryRead(string name)
    {
        try
        {
            // Asked first because it is usual that a file is not there, and an exception is dear.
            return System.IO.File.Exists(File(name)) ? System.IO.File.ReadAllText(File(name)).Trim() : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
