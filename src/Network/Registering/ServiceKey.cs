namespace Orchestrator.Network;

/// <summary>A key that stays outside of a sandbox: the program inside has a placeholder, which the proxy replaces in requests to one
/// service.</summary>
/// <param name="Placeholder">The random text that the program sends in place of the key.</param>
/// <param name="Key">The key. It is never logged.</param>
/// <param name="Service">The absolute address of the service. Its path is put before that of each request.</param>
public sealed record ServiceKey(string Placeholder, string Key, string Service)
{
    /// <summary>The service's address; null if it is not an <c>https://</c> or <c>http://</c> address of a host, or has a user, a query or
    /// a fragment.</summary>
    /// <param name="service">The address.</param>
    public static Uri? AddressOf(string service) =>
        Uri.TryCreate(service, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address is { UserInfo: "", Query: "", Fragment: "", Port: > 0 }
        && RequestedHost.TryParse(address.IdnHost) is { IsLiteral: false } or { Address: not null }
            ? address
            : null;

    /// <summary>The service. Placeholder and key are secrets.</summary>
    public override string ToString() => Service;
}
