using System.ComponentModel;

namespace Orchestrator.Network;

/// <summary>The network of one sandbox, from its registration to the end of its processes.</summary>
/// <param name="policy">Its policy.</param>
/// <param name="path">Absolute path of the socket by which its own sockets are handed over.</param>
/// <param name="log">Its log.</param>
/// <param name="dialer">Connects to hosts.</param>
/// <param name="time">The clock.</param>
internal sealed class SandboxRegistration(NetworkPolicy policy, string path, ConnectionLog log, Dialer dialer, TimeProvider time)
{
    /// <summary>The answer to descriptors that are served.</summary>
    public const byte Accepted = 1;

    private const int MostConnections = 256;
    private const int LooksPerFlush = 60;

    /// <summary>The time limit of a start until its sandbox hands its sockets over.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    /// <summary>The services for which the proxy holds keys of this sandbox; null for none. Disposed when the sandbox ends.</summary>
    public KeyedServices? Keys { get; init; }

    /// <summary>Listens for the sandbox's sockets. Nobody else finds the socket: its folder is private.</summary>
    public Socket Listen()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(1);
        return socket;
    }

    /// <summary>Serves the sandbox until its processes have ended.</summary>
    /// <param name="handOver">The result of <see cref="Listen"/>; disposed after the first caller.</param>
    /// <param name="stop">The proxy ends.</param>
    public async Task ServeAsync(Socket handOver, CancellationToken stop)
    {
        using var keys = Keys;
        if (await TakeAsync(handOver, stop) is not { } handed)
        {
            return;
        }
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using SemaphoreSlim free = new(MostConnections);
        var doors = handed.Sockets.Select(socket => AcceptAsync(socket, free, end.Token)).ToList();
        try
        {
            for (var looks = 1; !ProcessDescriptor.HasEnded(handed.Process) && !stop.IsCancellationRequested; looks++)
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
            DescriptorMessage.Close(handed.Process);
            log.Flush();
        }
    }

    /// <summary>Takes the sandbox's sockets from its first caller, and removes the socket: what runs inside later reaches nothing
    /// there.</summary>
    private async Task<(int Process, IReadOnlyList<Socket> Sockets)?> TakeAsync(Socket handOver, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(StartLimit);
        try
        {
            using var caller = await AcceptOnceAsync(handOver, limit.Token);
            await caller.ReceiveAsync(Memory<byte>.Empty, limit.Token); // there is something to receive
            var descriptors = DescriptorMessage.Receive(caller);
            if (descriptors.Length == 0)
            {
                return null;
            }
            if (TrySockets(descriptors[1..]) is not { } sockets)
            {
                DescriptorMessage.Close(descriptors[0]);
                return null;
            }
            await SocketPump.SendAsync(caller, new[] { Accepted }, limit.Token);
            return (descriptors[0], sockets);
        }
        catch (Exception missing) when (missing is OperationCanceledException or SocketException or Win32Exception)
        {
            // The start failed, or its orchestrator was killed.
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
                DescriptorMessage.Close(descriptor);
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
        int? forwarded = port == SandboxNetworks.ProxyPort ? null : port;
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
                    // Too many open files, or a client that is gone already.
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
            ClientConnection connection = new(policy, dialer, time, client, forwarded) { Keys = Keys, Record = log.Add };
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
