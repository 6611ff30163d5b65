using System.Globalization;

namespace Orchestrator.Network;

/// <summary>Host as named by a client or a policy, either by a DNS name or by an address.</summary>
public sealed record RequestedHost
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;
    private const string LocalName = "localhost";

    private RequestedHost(string name, IPAddress? address, bool isLiteral)
    {
        Name = name;
        Address = address;
        IsLiteral = isLiteral;
    }

    /// <summary>Name in lower case, without a trailing dot or brackets.</summary>
    public string Name { get; }

    /// <summary>
    /// IP address. Null for a host name, for an IPv4 address in an unusual spelling, and for an IPv4-mapped IPv6 address.
    /// </summary>
    public IPAddress? Address { get; }

    /// <summary>True for an address in any spelling, such as <c>0x7f000001</c>, <c>2130706433</c> and <c>127.1</c>.</summary>
    public bool IsLiteral { get; }

    /// <summary>True for <c>localhost</c> and its subdomains, for which no name server is queried.</summary>
    public bool IsLocal => Name == LocalName || Name.EndsWith("." + LocalName, StringComparison.Ordinal);

    /// <summary>Parses a host without a port, or returns null if the text is neither a DNS name in ASCII nor an address.</summary>
    /// <param name="text">Name, IPv4 address, or IPv6 address with or without brackets.</param>
    public static RequestedHost? TryParse(string text)
    {
        var name = text.ToLowerInvariant();
        if (name.Contains(':', StringComparison.Ordinal))
        {
            return OfVersion6(name is ['[', .. var inner, ']'] ? inner : name);
        }
        name = name.EndsWith('.') ? name[..^1] : name;
        var labels = name.Split('.');
        return name.Length > LongestName || !Array.TrueForAll(labels, IsLabel) ? null
            : IsNumber(labels[^1]) ? new RequestedHost(name, OfVersion4(labels), isLiteral: true)
            : new RequestedHost(name, address: null, isLiteral: false);
    }

    /// <inheritdoc/>
    public override string ToString() => Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]" : Name;

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel
        && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
        && label[0] != '-'
        && label[^1] != '-';

    // Treated as an address, as in browsers (URL standard, "ends in a number"), because resolvers do the same.
    private static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit) || (label is ['0', 'x', .. var digits] && digits.All(char.IsAsciiHexDigit));

    private static IPAddress? OfVersion4(string[] parts) =>
        parts.Length == 4 && Array.TrueForAll(parts, IsByte) ? IPAddress.Parse(string.Join('.', parts)) : null;

    private static bool IsByte(string part) =>
        byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        && value.ToString(CultureInfo.InvariantCulture) == part;

    private static RequestedHost? OfVersion6(string text) =>
        text.Contains('%', StringComparison.Ordinal)
        || !IPAddress.TryParse(text, out var address)
        || address.AddressFamily != AddressFamily.InterNetworkV6
            ? null
            : new RequestedHost(address.ToString(), address.IsIPv4MappedToIPv6 ? null : address, isLiteral: true);
}
