namespace Orchestrator.Network;

/// <summary>Kind of IP address, according to the location of the host that has the address.</summary>
public enum IpAddressKind
{
    /// <summary>The address belongs to a host on the internet.</summary>
    Public,

    /// <summary>The address belongs to a private network (RFC 1918, RFC 4193, RFC 6598), or to the ranges for tests and benchmarks (RFC
    /// 5737, RFC 2544). Some local proxies use these ranges to represent hosts on the internet.</summary>
    Private,

    /// <summary>The address refers to this machine.</summary>
    Loopback,

    /// <summary>The address belongs to a host on the same link, or to a cloud's metadata service, which provides credentials.</summary>
    LinkLocal,

    /// <summary>The address belongs to a group of hosts.</summary>
    Multicast,

    /// <summary>The address is unspecified, reserved for tunnels, or unassigned.</summary>
    Unusable,
}

/// <summary>Classifies addresses according to the registries of special-purpose addresses (RFC 6890).</summary>
public static class IpAddressClassifier
{
    private const int EmbeddedAt = 12; // Offset of the embedded IPv4 address (RFC 6052).

    private static readonly IPNetwork Internet6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    // The first match counts, so single hosts are listed before the networks that contain them.
    private static readonly (IpAddressKind Kind, IPNetwork Network)[] Special =
    [
        .. Of(IpAddressKind.LinkLocal, "169.254.0.0/16", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32"),
        .. Of(IpAddressKind.LinkLocal, "fe80::/10", "fd00:ec2::254/128", "fd20:ce::254/128"),
        .. Of(IpAddressKind.Private, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
        .. Of(IpAddressKind.Private, "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        .. Of(IpAddressKind.Loopback, "127.0.0.0/8", "::1/128"),
        .. Of(IpAddressKind.Multicast, "224.0.0.0/4", "ff00::/8"),
        .. Of(IpAddressKind.Unusable, "0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"),
        .. Of(IpAddressKind.Unusable, "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    ];

    /// <summary>Returns the kind of an address. An IPv4 address embedded in IPv6 counts as IPv4.</summary>
    public static IpAddressKind Of(IPAddress address)
    {
        if (Embedded(address) is { } inner)
        {
            return Of(inner);
        }
        foreach (var (kind, network) in Special)
        {
            if (network.Contains(address))
            {
                return kind;
            }
        }
        return address.AddressFamily == AddressFamily.InterNetwork || Internet6.Contains(address)
            ? IpAddressKind.Public
            : IpAddressKind.Unusable;
    }

    private static IPAddress? Embedded(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 && Translated.Contains(address)
            ? new IPAddress(address.GetAddressBytes().AsSpan(EmbeddedAt))
        : null;

    private static IEnumerable<(IpAddressKind, IPNetwork)> Of(IpAddressKind kind, params string[] networks) =>
        networks.Select(network => (kind, IPNetwork.Parse(network)));
}
