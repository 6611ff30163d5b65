using System.Buffers;

namespace Orchestrator.Processes;

/// <summary>Keeps the first and last bytes of a stream of any length in bounded memory.</summary>
internal sealed class HeadTailBuffer(int limit)
{
    private readonly int _headLimit = limit - (limit / 2);
    private readonly int _tailLimit = limit / 2;
    private readonly ArrayBufferWriter<byte> _head = new();
    private byte[] _tail = [];
    private int _tailStart;
    private int _tailLength;

    internal long TotalBytes { get; private set; }

    internal bool IsTruncated => TotalBytes > _head.WrittenCount + _tailLength;

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        TotalBytes += bytes.Length;
        var toHead = (int)Math.Min(bytes.Length, _headLimit - _head.WrittenCount);
        _head.Write(bytes[..toHead]);
        AddToTail(bytes[toHead..]);
    }

    internal byte[] ToArray()
    {
        var gap = IsTruncated
            ? Encoding.UTF8.GetBytes($"\n[... {Plural.Of(TotalBytes - _head.WrittenCount - _tailLength, "byte")} left out ...]\n")
            : [];
        var tail = new byte[_tailLength];
        var first = Math.Min(_tailLength, _tail.Length - _tailStart);
        _tail.AsSpan(_tailStart, first).CopyTo(tail);
        _tail.AsSpan(0, _tailLength - first).CopyTo(tail.AsSpan(first));
        return [.. _head.WrittenSpan, .. gap, .. tail];
    }

    private void AddToTail(ReadOnlySpan<byte> bytes)
    {
        if (_tailLimit == 0 || bytes.Length == 0)
        {
            return;
        }
        Grow(_tailLength + bytes.Length);
        bytes = bytes[Math.Max(0, bytes.Length - _tail.Length)..];
        var end = (_tailStart + _tailLength) % _tail.Length;
        var first = Math.Min(bytes.Length, _tail.Length - end);
        bytes[..first].CopyTo(_tail.AsSpan(end));
        bytes[first..].CopyTo(_tail);
        var overwritten = Math.Max(0, _tailLength + bytes.Length - _tail.Length);
        _tailStart = (_tailStart + overwritten) % _tail.Length;
        _tailLength = _tailLength + bytes.Length - overwritten;
    }

    /// <summary>Enlarges the ring buffer. A plain copy suffices, because the ring does not wrap before it has its full size.</summary>
    private void Grow(int wanted)
    {
        if (_tail.Length < _tailLimit && wanted > _tail.Length)
        {
            Array.Resize(ref _tail, (int)Math.Min(_tailLimit, Math.Max(wanted, Math.Max(4096L, _tail.Length * 2L))));
        }
    }
}
