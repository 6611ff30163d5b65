using System.Globalization;

namespace Orchestrator.Network;

/// <summary>
/// An entry of <c>permissions.network.allow</c>: <c>host</c>, <c>*.host</c>, <c>host:port</c>, an address, or <c>localhost:port</c>.
/// </summary>
/// <param name="Host">Host, or domain of a wildcard.</param>
/// <param name="IsWildcard">True if the entry covers the hosts below <paramref name="Host"/>, but not that host itself.</param>
/// <param name="Port">The only allowed port, or null for 443 and 80.</param>
public sealed record NetworkAllowRule(RequestedHost Host, bool IsWildcard, int? Port)
{
    private const int Https = 443;
    private const int Http = 80;
    private const string Wildcard = "*.";

    /// <summary>Parses an entry, or returns null if it is malformed.</summary>
    public static NetworkAllowRule? TryParse(string text)
    {
        var isWildcard = text.StartsWith(Wildcard, StringComparison.Ordinal);
        var rest = isWildcard ? text[Wildcard.Length..] : text;
        var (name, port) = SplitPort(rest);
        return
            RequestedHost.TryParse(name) is not { } host
            || (host.IsLiteral && (isWildcard || host.Address is null))
            || (port.Length > 0 && ParsePort(port) is null)
            ? null
            : new NetworkAllowRule(host, isWildcard, port.Length > 0 ? ParsePort(port) : null);
    }

    /// <summary>True if the entry covers the given port of the given host.</summary>
    public bool Covers(RequestedHost host, int port) =>
        CoversPort(port)
        && (IsWildcard ? host.Name.EndsWith("." + Host.Name, StringComparison.Ordinal) && !host.IsLiteral : host.Name == Host.Name);

    /// <summary>True if the entry names the given address and covers the given port.</summary>
    public bool Covers(IPAddress address, int port) => CoversPort(port) && address.Equals(Host.Address);

    /// <summary>True if the port equals <see cref="Port"/>. If the entry has no port, true for 443 and 80.</summary>
    public bool CoversPort(int port) => Port is { } only ? only == port : port is Https or Http;

    /// <summary>Parses a port, or returns null if it is malformed.</summary>
    internal static int? ParsePort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? port
            : null;

    /// <summary>Splits <c>host:port</c>. The port is empty if there is none. A trailing colon remains part of the name.</summary>
    internal static (string Name, string Port) SplitPort(string text)
    {
        var colon = text.LastIndexOf(':');
        var isOfPort =
            colon > 0 && colon < text.Length - 1 && (text[colon - 1] == ']' || text.IndexOf(':', StringComparison.Ordinal) == colon);
        return isOfPort ? (text[..colon], text[(colon + 1)..]) : (text, "");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsWildcard ? Wildcard : "")}{Host}{(Port is { } port ? $":{port}" : "")}";
}
