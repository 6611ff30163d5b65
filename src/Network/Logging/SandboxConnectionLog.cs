using System.Text.Json;
using Orchestrator.Processes;

namespace Orchestrator.Network;

/// <summary>
/// Log of the connections of one registered sandbox. The file's size is limited. Identical refusals share an entry, because a program may
/// repeat a refused connection endlessly.
/// </summary>
/// <param name="path">Absolute path. Missing folders are created.</param>
/// <param name="time">Clock.</param>
/// <param name="report">Receives a message if the file can't be written. Connections are not affected.</param>
/// <param name="largest">Maximum size in bytes.</param>
internal sealed class SandboxConnectionLog(
    string path,
    TimeProvider time,
    Action<string> report,
    long largest = SandboxConnectionLog.DefaultLimit
)
{
    private const long DefaultLimit = 4 << 20;
    private const int MostRepeated = 1000;
    private readonly Dictionary<(string, int, NetworkDecision, NetworkRefusalReason?), SandboxConnectionLogRecord> _repeated = [];
    private readonly Lock _lock = new();
    private string? _header;
    private long _size;
    private bool _isOver;

    /// <summary>Sets the header. The header is written together with the first connection, because most gates make no
    /// connections.</summary>
    public void Begin(SandboxConnectionLogHeader header)
    {
        lock (_lock)
        {
            _header = JsonSerializer.Serialize(header, NetworkJsonContext.Default.SandboxConnectionLogHeader);
            OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>
    /// Adds a connection. The first of several identical refusals is written at once, and <see cref="Flush"/> writes the number of
    /// repetitions.
    /// </summary>
    public void Add(SandboxConnectionLogRecord entry)
    {
        lock (_lock)
        {
            var key = (entry.Host, entry.Port, entry.Decision, entry.Reason);
            if (entry.Decision is NetworkDecision.Allowed or NetworkDecision.WouldRefuse)
            {
                Write(entry);
            }
            else if (_repeated.TryGetValue(key, out var known))
            {
                _repeated[key] = entry with { Count = known.Count + 1 };
            }
            else
            {
                Write(entry);
                if (_repeated.Count < MostRepeated)
                {
                    _repeated[key] = entry with { Count = 0 };
                }
            }
        }
    }

    /// <summary>Writes an entry with the number of repetitions for each refusal that was repeated since the last call.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            foreach (var (key, entry) in _repeated.Where(pair => pair.Value.Count > 0).ToList())
            {
                Write(entry);
                _repeated[key] = entry with { Count = 0 };
            }
        }
    }

    private void Write(SandboxConnectionLogRecord entry)
    {
        // A removed folder is not recreated. The run was cleaned up while one of its programs was still running.
        _isOver |= !Directory.Exists(Path.GetDirectoryName(path));
        if (_isOver)
        {
            return;
        }
        if (_header is { } header)
        {
            _header = null;
            Write(header);
        }
        var line = JsonSerializer.Serialize(entry, NetworkJsonContext.Default.SandboxConnectionLogRecord);
        if (_size + line.Length < largest)
        {
            Write(line);
            return;
        }
        _isOver = true;
        var last = new SandboxConnectionLogRecord
        {
            Time = time.GetUtcNow(),
            Host = "",
            Port = 0,
            Decision = NetworkDecision.Allowed,
            IsCut = true,
        };
        Write(JsonSerializer.Serialize(last, NetworkJsonContext.Default.SandboxConnectionLogRecord));
    }

    private void Write(string line)
    {
        _size += Encoding.UTF8.GetByteCount(line) + 1;
        try
        {
            SymlinkSafeFileWriter.Append(path, line + "\n");
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            if (!_isOver)
            {
                report($"{path} can't be written, so connections are not recorded: {unwritten.Message}");
            }
            _isOver = true;
        }
    }
}
