using System.Globalization;

namespace Orchestrator.Processes;

/// <summary>Writes the output of a child process to the targets in a <see cref="ProcessOutputTargets"/>.</summary>
internal sealed class ProcessOutputSink : IDisposable
{
    private const int FileTail = 64 * 1024;
    private readonly ProcessOutputTargets _output;
    private readonly HeadTailBuffer _captured;
    private readonly HeadTailBuffer _fileTail = new(2 * FileTail);
    private readonly FileStream? _file;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private long _fileTotal;
    private bool _heldOpen;

    internal ProcessOutputSink(ProcessOutputTargets output, string? workingDirectory)
    {
        _output = output;
        _captured = new HeadTailBuffer(output.CaptureLimit);
        if (output.File is not null)
        {
            var path = Path.GetFullPath(
                output.File,
                workingDirectory is null ? Directory.GetCurrentDirectory() : Path.GetFullPath(workingDirectory)
            );
            _file = SymlinkSafeFileWriter.Create(path);
        }
        else
        {
            _file = output.Log?.Stream;
        }
    }

    /// <summary>
    /// Creates a line splitter for one output stream, so that lines of two streams do not mix. Returns null if there is no line handler.
    /// </summary>
    internal LineSplitter? NewLineSplitter() => _output.OnLine is null ? null : new LineSplitter(_output.LineLimit);

    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, LineSplitter? splitter, CancellationToken stop)
    {
        await _oneAtATime.WaitAsync(CancellationToken.None);
        try
        {
            _captured.Add(bytes.Span);
            WriteToFile(bytes.Span);
            foreach (var line in splitter?.Add(bytes) ?? [])
            {
                await _output.OnLine!(line, stop);
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    internal async ValueTask FinishAsync(LineSplitter? splitter, bool heldOpen, CancellationToken stop)
    {
        await _oneAtATime.WaitAsync(CancellationToken.None);
        try
        {
            _heldOpen |= heldOpen;
            if (splitter?.Finish() is { } line)
            {
                await _output.OnLine!(line, stop);
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    internal CapturedOutput ToCaptured() =>
        new(_captured.ToArray(), _captured.TotalBytes, _output.CaptureLimit < _captured.TotalBytes, _heldOpen);

    /// <summary>
    /// Writes the last part of the output to the file, after a note about the bytes omitted because of the file's size limit. Called once,
    /// after both streams have ended.
    /// </summary>
    internal void CloseFile()
    {
        if (_file is null)
        {
            return;
        }
        if (_fileTotal > _output.FileLimit)
        {
            var tail = _fileTail.ToArray().AsSpan();
            tail = tail[Math.Max(0, tail.Length - FileTail)..];
            var missing = Math.Max(0, _fileTotal - _output.FileLimit - tail.Length);
            _file.Write(
                Encoding.UTF8.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"\n[... limit of {Plural.Of(_output.FileLimit, "byte")} reached: {Plural.Of(missing, "byte")} left out, "
                            + $"the last {tail.Length} of "
                            + $"{_fileTotal} follow ...]\n"
                    )
                )
            );
            _file.Write(tail);
        }
        CloseOwn();
    }

    public void Dispose()
    {
        CloseOwn();
        _oneAtATime.Dispose();
    }

    /// <summary>Closes the output file. A <see cref="LogFile"/> stays open, because its owner closes it.</summary>
    private void CloseOwn()
    {
        if (_output.File is not null)
        {
            _file?.Dispose();
        }
    }

    private void WriteToFile(ReadOnlySpan<byte> bytes)
    {
        if (_file is null)
        {
            return;
        }
        var room = (int)Math.Clamp(_output.FileLimit - _fileTotal, 0, bytes.Length);
        _fileTotal += bytes.Length;
        _file.Write(bytes[..room]);
        _fileTail.Add(bytes[room..]);
    }
}
