namespace Orchestrator.Network;

/// <summary>A key that stays outside a sandbox. The program inside has a placeholder, which the proxy replaces in requests to one
/// service.</summary>
/// <param name="Placeholder">Random text that the program sends in place of the key.</param>
/// <param name="Key">The key. It is never logged.</param>
/// <param name="Service">Absolute address of the service. Its path is prepended to that of each request.</param>
public sealed record ServiceKey(string Placeholder, string Key, string Service)
{
    /// <summary>Parses the address of a service. Returns null unless it is an <c>https://</c> or <c>http://</c> address of a host without
    /// user, query and fragment.</summary>
    /// <param name="service">Address to parse.</param>
    public static Uri? AddressOf(string service) =>
        Uri.TryCreate(service, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address is { UserInfo: "", Query: "", Fragment: "", Port: > 0 }
        && RequestedHost.TryParse(address.IdnHost) is { IsLiteral: false } or { Address: not null }
            ? address
            : null;

    /// <summary>Returns only the service, because placeholder and key are secrets.</summary>
    public override string ToString() => Service;
}
