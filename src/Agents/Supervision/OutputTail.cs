namespace Orchestrator.Agents.Supervision;

/// <summary>Reads a growing file line by line from its beginning. Lines may contain arbitrary bytes.</summary>
/// <param name="path">Path of the file.</param>
/// <param name="maxLineBytes">Maximum length of a line. Longer lines are skipped.</param>
/// <param name="onSkip">Called for each skipped line, in order with the other lines.</param>
internal sealed class OutputTail(string path, int maxLineBytes, Action? onSkip = null) : IDisposable
{
    private const long MostAtOnce = 4 * 1024 * 1024;

    private readonly byte[] _chunk = new byte[64 * 1024];
    private FileStream? _stream;
    private byte[] _line = new byte[4 * 1024];
    private int _lineLength;
    private bool _skipping;

    /// <summary>Receives one line without its line break, and the position of the line's end in the file, in bytes.</summary>
    internal delegate ValueTask LineHandler(ReadOnlyMemory<byte> line, long endOffset);

    /// <summary>Number of bytes read so far.</summary>
    internal long Offset { get; private set; }

    /// <summary>Number of lines skipped because they exceeded the limit.</summary>
    internal int SkippedLines { get; private set; }

    /// <summary>
    /// Reads all lines that are currently complete, but at most a few megabytes per call. A file that grows faster than it is read would
    /// otherwise block the caller forever.
    /// </summary>
    /// <returns>True if there was new data.</returns>
    internal ValueTask<bool> ReadAsync(LineHandler onLine, CancellationToken cancellationToken) =>
        TryOpen() ? ReadToAsync(Math.Min(_stream!.Length, Offset + MostAtOnce), onLine, cancellationToken) : ValueTask.FromResult(false);

    /// <summary>Reads the rest of the file, including a last line without a line break.</summary>
    internal async ValueTask FinishAsync(LineHandler onLine, CancellationToken cancellationToken)
    {
        if (TryOpen())
        {
            await ReadToAsync(_stream!.Length, onLine, cancellationToken);
        }
        if (_lineLength > 0 && !_skipping)
        {
            await onLine(_line.AsMemory(0, _lineLength), Offset);
        }
        _lineLength = 0;
    }

    public void Dispose() => _stream?.Dispose();

    private async ValueTask<bool> ReadToAsync(long end, LineHandler onLine, CancellationToken cancellationToken)
    {
        var begin = Offset;
        int read;
        while (
            Offset < end
            && (read = await _stream!.ReadAsync(_chunk.AsMemory(0, (int)Math.Min(_chunk.Length, end - Offset)), cancellationToken)) > 0
        )
        {
            await AppendAsync(_chunk.AsMemory(0, read), onLine);
        }
        return Offset > begin;
    }

    private bool TryOpen()
    {
        if (_stream is null && File.Exists(path))
        {
            _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        return _stream is not null;
    }

    private async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, LineHandler onLine)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            Append(part.Span);
            var taken = end < 0 ? bytes.Length : end + 1;
            bytes = bytes[taken..];
            Offset += taken;
            if (end < 0)
            {
                return;
            }
            if (!_skipping)
            {
                await onLine(WithoutCarriageReturn(), Offset);
            }
            _skipping = false;
            _lineLength = 0;
        }
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        if (_skipping)
        {
            return;
        }
        if (_lineLength + part.Length > maxLineBytes)
        {
            _skipping = true;
            SkippedLines++;
            onSkip?.Invoke();
            _line = new byte[4 * 1024];
            _lineLength = 0;
            return;
        }
        if (_lineLength + part.Length > _line.Length)
        {
            Array.Resize(ref _line, Math.Max(_line.Length * 2, _lineLength + part.Length));
        }
        part.CopyTo(_line.AsSpan(_lineLength));
        _lineLength += part.Length;
    }

    private ReadOnlyMemory<byte> WithoutCarriageReturn() =>
        _lineLength > 0 && _line[_lineLength - 1] == '\r' ? _line.AsMemory(0, _lineLength - 1) : _line.AsMemory(0, _lineLength);
}
