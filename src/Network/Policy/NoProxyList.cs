namespace Orchestrator.Network;

/// <summary>Hosts that <c>NO_PROXY</c> excludes from the upstream proxy.</summary>
internal sealed class NoProxyList
{
    private const string Everything = "*";
    private readonly List<(RequestedHost Host, int? Port)> _hosts = [];
    private readonly List<IPNetwork> _networks = [];
    private bool _coversAll;

    private NoProxyList() { }

    /// <summary>
    /// Parses entries. An entry is a host, which includes its subdomains (<c>example.com</c>, <c>.example.com</c> and <c>*.example.com</c>
    /// are equivalent), an address, a network such as <c>10.0.0.0/8</c>, or <c>*</c>. Hosts and addresses may have a port. Malformed
    /// entries are ignored, as in other programs.
    /// </summary>
    public static NoProxyList Of(IEnumerable<string> entries)
    {
        NoProxyList list = new();
        foreach (var entry in entries)
        {
            list.Add(entry);
        }
        return list;
    }

    /// <summary>True if an entry covers the given port of the given host.</summary>
    public bool Covers(RequestedHost host, int port) =>
        _coversAll
        || _hosts.Exists(entry => (entry.Port ?? port) == port && CoversName(entry.Host, host))
        || (host.Address is { } address && _networks.Exists(network => network.Contains(address)));

    private void Add(string entry)
    {
        _coversAll |= entry == Everything;
        if (IPNetwork.TryParse(entry, out var network))
        {
            _networks.Add(network);
            return;
        }
        var (name, port) = NetworkAllowRule.SplitPort(entry);
        var number = NetworkAllowRule.ParsePort(port);
        if (RequestedHost.TryParse(name.TrimStart('*').TrimStart('.')) is { } host && (port.Length == 0 || number is not null))
        {
            _hosts.Add((host, number));
        }
    }

    private static bool CoversName(RequestedHost entry, RequestedHost host) =>
        host.Name == entry.Name || (!host.IsLiteral && host.Name.EndsWith("." + entry.Name, StringComparison.Ordinal));
}
