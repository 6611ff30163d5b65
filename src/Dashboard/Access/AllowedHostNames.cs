using System.Net;

namespace Orchestrator.Dashboard.Access;

/// <summary>Host names that identify this server. Other names that resolve to this server are not accepted (DNS rebinding).</summary>
/// <param name="options">Address and additional names.</param>
internal sealed class AllowedHostNames(DashboardOptions options)
{
    private readonly HashSet<string> _names = new(
        [
            "localhost",
            "127.0.0.1",
            "[::1]",
            .. IPAddress.Any.Equals(options.Address.Address) || IPAddress.IPv6Any.Equals(options.Address.Address)
                ? Array.Empty<string>()
                : [Written(options.Address.Address)],
            .. options.HostNames,
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private readonly bool _isOfAnyAddress =
        IPAddress.Any.Equals(options.Address.Address) || IPAddress.IPv6Any.Equals(options.Address.Address);

    /// <summary>True if the host name of a request identifies this server.</summary>
    /// <param name="host">Host from the request's <c>Host</c> header, without port.</param>
    public bool Has(string host) => _names.Contains(host) || (_isOfAnyAddress && IPAddress.TryParse(host.Trim('[', ']'), out _));

    private static string Written(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
