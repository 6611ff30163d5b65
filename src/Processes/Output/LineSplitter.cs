using System.Buffers;

namespace Orchestrator.Processes;

/// <summary>Splits a stream of bytes into lines with a maximum length.</summary>
internal sealed class LineSplitter(int limit)
{
    private readonly ArrayBufferWriter<byte> _line = new();

    /// <summary>Adds bytes and returns the lines that they complete.</summary>
    internal IEnumerable<OutputLine> Add(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            while (_line.WrittenCount + part.Length > limit)
            {
                var room = limit - _line.WrittenCount;
                _line.Write(part.Span[..room]);
                part = part[room..];
                yield return ReadPart();
            }
            _line.Write(part.Span);
            if (end < 0)
            {
                yield break;
            }
            yield return ReadLine();
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Returns the last line if it has no line ending, or null otherwise.</summary>
    internal OutputLine? Finish() => _line.WrittenCount == 0 ? null : ReadLine();

    private OutputLine ReadLine()
    {
        var bytes = _line.WrittenSpan;
        var text = Encoding.UTF8.GetString(bytes is [.., (byte)'\r'] ? bytes[..^1] : bytes);
        _line.ResetWrittenCount();
        return new OutputLine(text, IsPart: false);
    }

    /// <summary>Returns a part of a long line. The part ends before an incomplete character, whose bytes start the next part.</summary>
    private OutputLine ReadPart()
    {
        var bytes = _line.WrittenSpan;
        var whole = bytes.Length - UnfinishedCharacter(bytes);
        var text = Encoding.UTF8.GetString(bytes[..whole]);
        var rest = bytes[whole..].ToArray();
        _line.ResetWrittenCount();
        _line.Write(rest);
        return new OutputLine(text, IsPart: true);
    }

    private static int UnfinishedCharacter(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length - 1); back++)
        {
            var value = bytes[^back];
            if (value < 0x80)
            {
                return 0;
            }
            if (value >= 0xC0)
            {
                var length =
                    value >= 0xF0 ? 4
                    : value >= 0xE0 ? 3
                    : 2;
                return length > back ? back : 0;
            }
        }
        return 0;
    }
}
