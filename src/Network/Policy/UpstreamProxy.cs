namespace Orchestrator.Network;

/// <summary>Proxy through which this machine reaches the internet, according to the machine's environment variables.</summary>
/// <param name="Variable">Name of the variable, such as <c>HTTPS_PROXY</c>.</param>
/// <param name="Address">Value of the variable. It may contain a credential, so it is never logged.</param>
/// <param name="NoProxy">Entries of <c>NO_PROXY</c>, which are hosts to connect to directly.</param>
public sealed record UpstreamProxy(string Variable, string Address, IReadOnlyList<string> NoProxy)
{
    private const string Separator = "://";
    private const string Http = "http";

    // Each connection is a tunnel, so the variables for TLS take precedence.
    private static readonly string[] Variables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    private static readonly string[] Exceptions = ["NO_PROXY", "no_proxy"];

    /// <summary>
    /// Reads the proxy from the environment variables, or returns null if none of them names a proxy. The address is not validated yet.
    /// </summary>
    /// <param name="environment">Variables of the user.</param>
    public static UpstreamProxy? Of(IReadOnlyDictionary<string, string> environment) =>
        First(environment, Variables) is ({ } variable, var address)
            ? new UpstreamProxy(
                variable,
                address,
                First(environment, Exceptions)
                    .Value.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            )
            : null;

    /// <summary>Parses the address of the proxy.</summary>
    /// <exception cref="FormatException">The address is malformed, or its scheme is not <c>http</c>. The message contains the variable's
    /// name but never its value.</exception>
    internal UpstreamProxyAddress Route()
    {
        var scheme = Address.IndexOf(Separator, StringComparison.Ordinal) is >= 0 and var end ? Address[..end] : Http;
        if (!scheme.Equals(Http, StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException(
                $"{Variable} names an upstream proxy that is not an http:// proxy. Only http:// upstream proxies are supported, such as "
                    + "http://proxy.example.com:8080."
            );
        }
        var text = Address.Contains(Separator, StringComparison.Ordinal) ? Address : Http + Separator + Address;
        return
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address is { Port: > 0, PathAndQuery: "/", Fragment: "" }
            && RequestedHost.TryParse(address.IdnHost) is { } host
            ? new UpstreamProxyAddress(host, address.Port, AuthorizationOf(address.UserInfo), NoProxyList.Of(NoProxy))
            : throw new FormatException(
                $"{Variable} is not the address of a proxy. Write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with special "
                    + "characters percent-encoded."
            );
    }

    /// <summary>Returns only the variable's name, because the address may contain a credential.</summary>
    public override string ToString() => Variable;

    private static (string? Variable, string Value) First(IReadOnlyDictionary<string, string> environment, string[] names) =>
        names
            .Select(name => ((string?)name, environment.GetValueOrDefault(name, "").Trim()))
            .FirstOrDefault(pair => pair.Item2.Length > 0, (null, ""));

    // Credentials of the Basic scheme (RFC 7617).
    private static string? AuthorizationOf(string userInfo)
    {
        if (userInfo.Length == 0)
        {
            return null;
        }
        var parts = userInfo.Split(':', 2);
        var credential = $"{Uri.UnescapeDataString(parts[0])}:{(parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "")}";
        return "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credential));
    }
}

/// <summary>An upstream proxy whose address has been parsed.</summary>
/// <param name="Host">Host of the proxy.</param>
/// <param name="Port">Port of the proxy.</param>
/// <param name="Authorization">Value of <c>Proxy-Authorization</c>, or null if the address contains no user.</param>
/// <param name="Direct">Hosts to dial directly.</param>
internal sealed record UpstreamProxyAddress(RequestedHost Host, int Port, string? Authorization, NoProxyList Direct)
{
    /// <summary>Returns the host and the port without the credential.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
