namespace Orchestrator.Network;

/// <summary>Resolves a name.</summary>
/// <exception cref="SocketException">It has no address.</exception>
public delegate Task<IPAddress[]> HostResolver(string name, CancellationToken stop);

/// <summary>Connects to hosts that the policy allows, by the very addresses that it was asked about.</summary>
/// <param name="resolve">Resolves names.</param>
/// <param name="connect">Connects to an address; null: by TCP.</param>
internal sealed class Dialer(HostResolver resolve, Func<IPEndPoint, CancellationToken, Task<Socket>>? connect = null)
{
    private const int MostAddresses = 4;
    private static readonly TimeSpan ResolveLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);
    private static readonly IPAddress[] OwnLoopback = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Connects to a host.</summary>
    /// <returns>The decision, with the socket if it is passing.</returns>
    public async Task<(NetworkVerdict Verdict, Socket? Socket)> DialAsync(
        NetworkPolicy policy,
        RequestedHost host,
        int port,
        CancellationToken stop
    )
    {
        var addresses = await ResolveAsync(host, stop);
        var verdict = NetworkVerdict.Fail(RefusalReason.Unresolved);
        foreach (var address in addresses.Take(MostAddresses).Select(one => one.IsIPv4MappedToIPv6 ? one.MapToIPv4() : one))
        {
            var decided = policy.DecideAddress(host, port, address, IsOwn(address));
            if (!decided.IsPassing)
            {
                verdict = verdict.Decision == NetworkDecision.Failed && verdict.Reason == RefusalReason.Unreachable ? verdict : decided;
                continue;
            }
            (var socket, verdict) = await ConnectAsync(new IPEndPoint(address, port), stop);
            if (socket is not null)
            {
                return (verdict, socket);
            }
        }
        return (verdict, null);
    }

    private async Task<IPAddress[]> ResolveAsync(RequestedHost host, CancellationToken stop)
    {
        if (host.Address is { } address)
        {
            return [address];
        }
        if (host.IsLocal)
        {
            return OwnLoopback;
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(ResolveLimit);
        try
        {
            return await resolve(host.Name, limit.Token);
        }
        catch (Exception missing) when (missing is SocketException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            return [];
        }
    }

    private async Task<(Socket? Socket, NetworkVerdict Verdict)> ConnectAsync(IPEndPoint place, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(ConnectLimit);
        try
        {
            var socket = await (connect ?? ConnectByTcpAsync)(place, limit.Token);
            return (socket, new NetworkVerdict(NetworkDecision.Allowed));
        }
        catch (Exception refused) when (refused is SocketException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            return (
                null,
                NetworkVerdict.Fail(RefusalReason.Unreachable, refused is SocketException ? refused.Message : "no answer in time")
            );
        }
    }

    private static async Task<Socket> ConnectByTcpAsync(IPEndPoint place, CancellationToken stop)
    {
        Socket socket = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(place, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // A datagram socket that is connected sends nothing, and gets the address by which this machine would send: to itself the same one.
    private static bool IsOwn(IPAddress address)
    {
        using Socket probe = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Connect(address, 9);
            return probe.LocalEndPoint is IPEndPoint local && local.Address.Equals(address);
        }
        catch (SocketException)
        {
            // There is no way to it, so that it is nobody's of ours.
            return false;
        }
    }
}
