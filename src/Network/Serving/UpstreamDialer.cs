namespace Orchestrator.Network;

/// <summary>Resolves a host name to its IP addresses.</summary>
/// <exception cref="SocketException">The name has no address.</exception>
public delegate Task<IPAddress[]> HostResolver(string name, CancellationToken stop);

/// <summary>Connects to hosts that the policy allows, using exactly the addresses that the policy has checked.</summary>
/// <remarks>An upstream proxy resolves host names itself, so their addresses are not checked, and only the policy's decision about the name
/// counts. Address literals are still checked. Connections to this machine and to hosts in <c>NO_PROXY</c> are made directly, with all
/// checks.</remarks>
/// <param name="resolve">Resolves names.</param>
/// <param name="connect">Connects to an address, or null to connect by TCP.</param>
internal sealed class UpstreamDialer(HostResolver resolve, Func<IPEndPoint, CancellationToken, Task<Socket>>? connect = null)
{
    private const int MostAddresses = 4;
    private static readonly TimeSpan ResolveLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);
    private static readonly IPAddress[] OwnLoopback = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Upstream proxy of this machine, or null to connect to each host directly.</summary>
    public UpstreamProxyAddress? Upstream { get; init; }

    /// <summary>Connects to a host, directly or through a tunnel of the upstream proxy.</summary>
    /// <returns>The decision, and the socket if the connection was made.</returns>
    public async Task<(NetworkVerdict Verdict, Socket? Socket)> DialAsync(
        NetworkPolicy policy,
        RequestedHost host,
        int port,
        CancellationToken stop
    )
    {
        if (Upstream is { } upstream && IsChained(upstream, host, port))
        {
            return await ChainAsync(upstream, policy, host, port, stop);
        }
        var verdict = NetworkVerdict.Fail(NetworkRefusalReason.Unresolved);
        foreach (var address in await ResolveAsync(host, stop))
        {
            var decided = policy.DecideAddress(host, port, address, IsOwn(address));
            if (!decided.IsPassing)
            {
                verdict =
                    verdict.Decision == NetworkDecision.Failed && verdict.Reason == NetworkRefusalReason.Unreachable ? verdict : decided;
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

    // An address that refers to another host on the upstream proxy than here, such as a loopback address, is connected to directly.
    private static bool IsChained(UpstreamProxyAddress upstream, RequestedHost host, int port) =>
        !host.IsLocal
        && !upstream.Direct.Covers(host, port)
        && (
            !host.IsLiteral
            || (
                host.Address is { } literal
                && IpAddressClassifier.Of(literal) is IpAddressKind.Public or IpAddressKind.Private
                && !IsOwn(literal)
            )
        );

    private async Task<(NetworkVerdict Verdict, Socket? Socket)> ChainAsync(
        UpstreamProxyAddress upstream,
        NetworkPolicy policy,
        RequestedHost host,
        int port,
        CancellationToken stop
    )
    {
        if (host.Address is { } literal && policy.DecideAddress(host, port, literal, isOwn: false) is { IsPassing: false } refused)
        {
            return (refused, null);
        }
        var failure = $"{upstream.Host} has no address";
        foreach (var address in await ResolveAsync(upstream.Host, stop))
        {
            var (socket, connected) = await ConnectAsync(new IPEndPoint(address, upstream.Port), stop);
            if (socket is not null)
            {
                return await OpenTunnelAsync(socket, upstream, host, port, stop);
            }
            failure = $"{upstream}: {connected.Detail}";
        }
        return (NetworkVerdict.Fail(NetworkRefusalReason.UpstreamFailed, failure), null);
    }

    private static async Task<(NetworkVerdict Verdict, Socket? Socket)> OpenTunnelAsync(
        Socket socket,
        UpstreamProxyAddress upstream,
        RequestedHost host,
        int port,
        CancellationToken stop
    )
    {
        var isOpen = false;
        try
        {
            var verdict = await UpstreamTunnel.OpenAsync(socket, upstream, host, port, stop);
            isOpen = verdict.IsPassing;
            return (verdict, isOpen ? socket : null);
        }
        finally
        {
            if (!isOpen)
            {
                socket.Dispose();
            }
        }
    }

    private async Task<IEnumerable<IPAddress>> ResolveAsync(RequestedHost host, CancellationToken stop) =>
        (await AddressesOfAsync(host, stop)).Take(MostAddresses).Select(one => one.IsIPv4MappedToIPv6 ? one.MapToIPv4() : one);

    private async Task<IPAddress[]> AddressesOfAsync(RequestedHost host, CancellationToken stop)
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
                NetworkVerdict.Fail(NetworkRefusalReason.Unreachable, refused is SocketException ? refused.Message : "no answer in time")
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

    // Connecting a datagram socket sends no data, but binds the local address that would be used. If the target is this machine, both
    // addresses are equal.
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
            // No route to the address exists, so it does not belong to this machine.
            return false;
        }
    }
}
