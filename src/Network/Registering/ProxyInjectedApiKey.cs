namespace Orchestrator.Network;

/// <summary>
/// An API key that stays outside a sandbox. The program in the sandbox gets a placeholder, which the proxy replaces with the key in
/// requests to one service.
/// </summary>
/// <param name="Placeholder">Random text that the program sends in place of the key.</param>
/// <param name="Key">The key. It is never logged.</param>
/// <param name="Service">Absolute address of the service. The path of this address is prepended to the path of each request.</param>
public sealed record ProxyInjectedApiKey(string Placeholder, string Key, string Service)
{
    /// <summary>Identity under which the proxy signs requests with the key, or null if requests contain the key itself.</summary>
    public AmazonSigningIdentity? Identity { get; init; }

    /// <summary>
    /// Parses the address of a service. Returns null unless the address starts with <c>https://</c> or <c>http://</c>, names a host, and
    /// has no user, query or fragment.
    /// </summary>
    /// <param name="service">Address to parse.</param>
    public static Uri? AddressOf(string service) =>
        Uri.TryCreate(service, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address is { UserInfo: "", Query: "", Fragment: "", Port: > 0 }
        && RequestedHost.TryParse(address.IdnHost) is { IsLiteral: false } or { Address: not null }
            ? address
            : null;

    /// <summary>Returns only the service, because the placeholder and the key are secrets.</summary>
    public override string ToString() => Service;
}

/// <summary>Identity of an Amazon Web Services access key.</summary>
/// <param name="KeyId">Id of the access key.</param>
/// <param name="SessionToken">Token of a temporary key, or null. It is never logged.</param>
public sealed record AmazonSigningIdentity(string KeyId, string? SessionToken)
{
    /// <summary>Returns only the id, because the token is a secret.</summary>
    public override string ToString() => KeyId;
}
