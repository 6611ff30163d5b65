namespace Orchestrator.Network;

/// <summary>Decides which hosts a sandbox may reach.</summary>
/// <param name="Mode">Mode, which determines how hosts that are not listed are treated.</param>
/// <param name="Allow">Listed hosts.</param>
public sealed record NetworkPolicy(NetworkMode Mode, IReadOnlyList<NetworkAllowRule> Allow)
{
    private const int FirstUnprivileged = 1024; // Default of net.ipv4.ip_unprivileged_port_start in a new network namespace.

    /// <summary>Creates a policy from the text of its entries.</summary>
    /// <param name="mode">Mode of the policy.</param>
    /// <param name="entries">Entries as in <c>permissions.network.allow</c>.</param>
    /// <exception cref="FormatException">An entry is malformed.</exception>
    public static NetworkPolicy Of(NetworkMode mode, IEnumerable<string> entries) =>
        new(
            mode,
            [
                .. entries.Select(entry =>
                    NetworkAllowRule.TryParse(entry)
                    ?? throw new FormatException(
                        $"'{entry}' in permissions.network.allow is not a host. Write example.com, *.example.com, example.com:8443 or "
                            + "localhost:5432."
                    )
                ),
            ]
        );

    /// <summary>
    /// Ports of this machine's localhost that sandboxed programs reach through the same port of the sandbox's loopback. Ports below 1024
    /// are excluded, because they can't be opened in a sandbox.
    /// </summary>
    public IReadOnlyList<int> ForwardedPorts =>
        Mode == NetworkMode.None
            ? []
            :
            [
                .. Allow
                    .Where(entry => !entry.IsWildcard && entry.Host.IsLocal && entry.Port >= FirstUnprivileged)
                    .Select(entry => entry.Port!.Value)
                    .Distinct()
                    .Order(),
            ];

    /// <summary>Decides, before a host's name is resolved, whether the host may be reached.</summary>
    public NetworkVerdict Decide(RequestedHost host, int port) =>
        Mode == NetworkMode.Open ? new NetworkVerdict(NetworkDecision.Allowed)
        : Mode == NetworkMode.None ? NetworkVerdict.Refuse(NetworkRefusalReason.NoNetwork)
        : Lists(host, port) ? new NetworkVerdict(NetworkDecision.Allowed)
        : host.IsLocal ? NetworkVerdict.Refuse(NetworkRefusalReason.OwnMachine)
        : !host.IsLiteral ? RefusalFor(NetworkRefusalReason.NotListed)
        : host.Address is not { } address ? NetworkVerdict.Refuse(NetworkRefusalReason.AddressLiteral)
        : IpAddressClassifier.Of(address) == IpAddressKind.Public ? RefusalFor(NetworkRefusalReason.AddressLiteral)
        : NetworkVerdict.Refuse(NetworkRefusalReason.NonPublicAddress, address.ToString());

    /// <summary>
    /// Decides whether an address of a host that passed <see cref="Decide"/> may be reached. Only the address that was checked may be
    /// dialed, because the name may resolve to another address a moment later.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="port">The port.</param>
    /// <param name="address">Address to which the name was resolved.</param>
    /// <param name="isOwn">True if the address belongs to this machine.</param>
    public NetworkVerdict DecideAddress(RequestedHost host, int port, IPAddress address, bool isOwn)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var kind = IpAddressClassifier.Of(plain);
        var isNamed =
            Mode == NetworkMode.Open
            || Allow.Any(entry => entry.Covers(plain, port))
            || (host.IsLocal && kind == IpAddressKind.Loopback && Lists(host, port));
        return isNamed || (!isOwn && (kind == IpAddressKind.Public || (kind == IpAddressKind.Private && ListsExactly(host, port))))
                ? new NetworkVerdict(NetworkDecision.Allowed)
            : isOwn || kind == IpAddressKind.Loopback ? NetworkVerdict.Refuse(NetworkRefusalReason.OwnMachine, plain.ToString())
            : NetworkVerdict.Refuse(NetworkRefusalReason.NonPublicAddress, plain.ToString());
    }

    /// <summary>True if an entry of the policy names exactly this host and port, so that protocols other than TLS are allowed.</summary>
    public bool NamesPort(RequestedHost host, int port) =>
        Mode == NetworkMode.Open || Allow.Any(entry => entry.Port == port && entry.Covers(host, port));

    /// <summary>
    /// Returns a refusal. In <see cref="NetworkMode.Observe"/>, the connection is allowed and only marked as one that would be refused.
    /// </summary>
    internal NetworkVerdict RefusalFor(NetworkRefusalReason reason, string detail = "") =>
        new(Mode == NetworkMode.Observe ? NetworkDecision.WouldRefuse : NetworkDecision.Refused, reason, detail);

    private bool Lists(RequestedHost host, int port) => Allow.Any(entry => entry.Covers(host, port));

    private bool ListsExactly(RequestedHost host, int port) => Allow.Any(entry => !entry.IsWildcard && entry.Covers(host, port));
}
