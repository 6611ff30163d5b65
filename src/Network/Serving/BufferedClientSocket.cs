namespace Orchestrator.Network;

/// <summary>Client socket with a buffer of bytes that have been read but not yet consumed.</summary>
/// <param name="socket">Socket, owned by the caller.</param>
internal sealed class BufferedClientSocket(Socket socket)
{
    /// <summary>Maximum size of a request head or a TLS handshake, in bytes.</summary>
    public const int MostAhead = 64 * 1024;

    private byte[] _buffer = new byte[4096];
    private int _count;

    /// <summary>Socket of the client.</summary>
    public Socket Socket => socket;

    /// <summary>Bytes that have been read but not yet consumed.</summary>
    public ReadOnlySpan<byte> Ahead => _buffer.AsSpan(0, _count);

    /// <summary>Same bytes as <see cref="Ahead"/>, in a form that asynchronous calls can use.</summary>
    public ReadOnlyMemory<byte> AheadMemory => _buffer.AsMemory(0, _count);

    /// <summary>Reads more bytes from the client into the buffer without consuming them.</summary>
    /// <returns>True if bytes were read. False if the client has closed the connection, or if too many bytes are not consumed.</returns>
    public async Task<bool> ReadMoreAsync(CancellationToken stop)
    {
        if (_count == MostAhead)
        {
            return false;
        }
        if (_count == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 4, MostAhead));
        }
        var read = await socket.ReceiveAsync(_buffer.AsMemory(_count), stop);
        _count += read;
        return read > 0;
    }

    /// <summary>Reads from the client until at least <paramref name="count"/> unconsumed bytes are available.</summary>
    /// <returns>True if enough bytes are available. False if the client closed the connection first.</returns>
    public async Task<bool> ReadAsync(int count, CancellationToken stop)
    {
        while (_count < count)
        {
            if (!await ReadMoreAsync(stop))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Consumes buffered bytes. If none are buffered, receives the next bytes from the client.</summary>
    /// <returns>Number of bytes, or 0 if the client has closed the connection.</returns>
    public async ValueTask<int> ConsumeAsync(Memory<byte> buffer, CancellationToken stop)
    {
        if (_count == 0)
        {
            return await socket.ReceiveAsync(buffer, stop);
        }
        var count = Math.Min(_count, buffer.Length);
        Ahead[..count].CopyTo(buffer.Span);
        Use(count);
        return count;
    }

    /// <summary>Removes consumed bytes from <see cref="Ahead"/>.</summary>
    public void Use(int count)
    {
        _buffer.AsSpan(count, _count - count).CopyTo(_buffer);
        _count -= count;
    }

    /// <summary>Sends bytes to the client.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> content, CancellationToken stop) => SocketPump.SendAsync(socket, content, stop);
}
