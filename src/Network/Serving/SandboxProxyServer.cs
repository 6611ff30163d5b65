using System.ComponentModel;

namespace Orchestrator.Network;

/// <summary>Provides network access to a sandbox, from its registration to the end of its processes.</summary>
/// <param name="policy">Policy of the sandbox.</param>
/// <param name="path">Absolute path of the socket through which the sandbox's sockets are handed over.</param>
/// <param name="log">Connection log of the sandbox.</param>
/// <param name="dialer">Connects to hosts.</param>
/// <param name="time">Clock.</param>
internal sealed class SandboxProxyServer(
    NetworkPolicy policy,
    string path,
    SandboxConnectionLog log,
    UpstreamDialer dialer,
    TimeProvider time
)
{
    /// <summary>Byte with which the proxy confirms that it has received the sandbox's descriptors.</summary>
    public const byte Accepted = 1;

    private const int MostConnections = 256;
    private const int LooksPerFlush = 60;

    /// <summary>Maximum time between the registration of a sandbox and the handover of its sockets.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Services for which the proxy holds keys of this sandbox, or null if there are none. Disposed when the sandbox ends.
    /// </summary>
    public KeyInjectingHttpClient? Keys { get; init; }

    /// <summary>
    /// Opens the socket through which the sandbox hands over its sockets. No other user can find this socket, because its folder is
    /// private.
    /// </summary>
    public Socket Listen()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(1);
        return socket;
    }

    /// <summary>Serves the sandbox until its processes have ended.</summary>
    /// <param name="handOver">Result of <see cref="Listen"/>, which is disposed after the first caller.</param>
    /// <param name="stop">Cancelled when the proxy ends.</param>
    public async Task ServeAsync(Socket handOver, CancellationToken stop)
    {
        using var keys = Keys;
        if (await ReceiveSocketsAsync(handOver, stop) is not { } handed)
        {
            return;
        }
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using SemaphoreSlim free = new(MostConnections);
        var doors = handed.Sockets.Select(socket => AcceptAsync(socket, free, end.Token)).ToList();
        try
        {
            for (var looks = 1; !ProcessEndDetector.HasEnded(handed.Process) && !stop.IsCancellationRequested; looks++)
            {
                await Task.Delay(BetweenLooks, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (looks % LooksPerFlush == 0)
                {
                    log.Flush();
                }
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(doors);
            FileDescriptorMessenger.Close(handed.Process);
            log.Flush();
        }
    }

    /// <summary>
    /// Receives the sandbox's sockets from the first process that connects. Removes the hand-over socket after that connection, so that
    /// programs that start later in the sandbox can't reach it.
    /// </summary>
    private async Task<(int Process, IReadOnlyList<Socket> Sockets)?> ReceiveSocketsAsync(Socket handOver, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(StartLimit);
        try
        {
            using var caller = await AcceptOnceAsync(handOver, limit.Token);
            await caller.ReceiveAsync(Memory<byte>.Empty, limit.Token); // Waits until something can be received.
            var descriptors = FileDescriptorMessenger.Receive(caller);
            if (descriptors.Length == 0)
            {
                return null;
            }
            if (TrySockets(descriptors[1..]) is not { } sockets)
            {
                FileDescriptorMessenger.Close(descriptors[0]);
                return null;
            }
            await SocketPump.SendAsync(caller, new[] { Accepted }, limit.Token);
            return (descriptors[0], sockets);
        }
        catch (Exception missing) when (missing is OperationCanceledException or SocketException or Win32Exception)
        {
            // The start failed, or the process that started it was killed.
            return null;
        }
    }

    private async Task<Socket> AcceptOnceAsync(Socket handOver, CancellationToken stop)
    {
        try
        {
            using (handOver)
            {
                return await handOver.AcceptAsync(stop);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<Socket>? TrySockets(int[] descriptors)
    {
        List<Socket> sockets = [];
        foreach (var descriptor in descriptors)
        {
            try
            {
                sockets.Add(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)));
            }
            catch (SocketException)
            {
                FileDescriptorMessenger.Close(descriptor);
            }
        }
        if (
            sockets.Count == descriptors.Length
            && sockets.TrueForAll(socket => socket.LocalEndPoint is IPEndPoint place && IPAddress.IsLoopback(place.Address))
        )
        {
            return sockets;
        }
        sockets.ForEach(socket => socket.Dispose());
        return null;
    }

    private async Task AcceptAsync(Socket door, SemaphoreSlim free, CancellationToken stop)
    {
        var port = ((IPEndPoint)door.LocalEndPoint!).Port;
        int? forwarded = port == SandboxProxyRegistrar.ProxyPort ? null : port;
        HashSet<Task> open = [];
        using (door)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await free.WaitAsync(stop);
                    open.RemoveWhere(task => task.IsCompleted);
                    open.Add(ServeClientAsync(await door.AcceptAsync(stop), forwarded, free, stop));
                }
                catch (OperationCanceledException)
                {
                    break;
                }
                catch (SocketException)
                {
                    // Too many open files, or the client has already ended.
                    free.Release();
                    await Task.Delay(BetweenLooks, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        await Task.WhenAll(open);
    }

    private async Task ServeClientAsync(Socket client, int? forwarded, SemaphoreSlim free, CancellationToken stop)
    {
        try
        {
            client.NoDelay = true;
            SandboxConnectionHandler connection = new(policy, dialer, time, client, forwarded) { Keys = Keys, Record = log.Add };
            if (await connection.ServeAsync(stop) is { } entry)
            {
                log.Add(entry);
            }
        }
        finally
        {
            free.Release();
        }
    }
}
