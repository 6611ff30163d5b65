using System.Buffers;

namespace Orchestrator.Network;

/// <summary>Copies bytes between sockets.</summary>
internal static class SocketPump
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Copies bytes until the sender has sent its last byte, and then signals the end of the data to the receiver.</summary>
    /// <param name="count">Receives the number of bytes copied so far.</param>
    public static async Task CopyAsync(Socket from, Socket to, Action<int> count, CancellationToken stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(), stop) is > 0 and var read)
            {
                count(read);
                await SendAsync(to, buffer.AsMemory(0, read), stop);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Sends bytes to a socket until all of them are sent.</summary>
    public static async Task SendAsync(Socket to, ReadOnlyMemory<byte> content, CancellationToken stop)
    {
        while (content.Length > 0)
        {
            content = content[await to.SendAsync(content, stop)..];
        }
    }
}
