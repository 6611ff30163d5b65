namespace Orchestrator.Agents.Supervision;

/// <summary>Reads a growing file line by line from its beginning, any bytes, with a limit on one line.</summary>
internal sealed class OutputTail(string path, int maxLineBytes) : IDisposable
{
    private readonly byte[] _chunk = new byte[64 * 1024];
    private FileStream? _stream;
    private byte[] _line = new byte[4 * 1024];
    private int _lineLength;
    private bool _skipping;

    /// <summary>Takes a line without its line break; the offset is where the line ends in the file.</summary>
    internal delegate ValueTask LineHandler(ReadOnlyMemory<byte> line, long endOffset);

    /// <summary>Bytes read so far.</summary>
    internal long Offset { get; private set; }

    /// <summary>How many lines were longer than the limit and left out.</summary>
    internal int SkippedLines { get; private set; }

    /// <summary>Hands over the lines that are complete by now.</summary>
    /// <returns>True if there was anything new.</returns>
    internal async ValueTask<bool> ReadAsync(LineHandler onLine, CancellationToken cancellationToken)
    {
        if (!TryOpen())
        {
            return false;
        }

        bool any = false;
        int read;
        while ((read = await _stream!.ReadAsync(_chunk, cancellationToken)) > 0)
        {
            any = true;
            await TakeAsync(_chunk.AsMemory(0, read), onLine);
        }

        return any;
    }

    /// <summary>Hands over a last line that has no line break. Only when nobody writes any more.</summary>
    internal async ValueTask FinishAsync(LineHandler onLine)
    {
        if (_lineLength > 0 && !_skipping)
        {
            await onLine(_line.AsMemory(0, _lineLength), Offset);
        }

        _lineLength = 0;
    }

    public void Dispose() => _stream?.Dispose();

    private bool TryOpen()
    {
        if (_stream is null && File.Exists(path))
        {
            _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }

        return _stream is not null;
    }

    private async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes, LineHandler onLine)
    {
        while (bytes.Length > 0)
        {
            int end = bytes.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> part = end < 0 ? bytes : bytes[..end];
            Append(part.Span);
            int taken = end < 0 ? bytes.Length : end + 1;
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
