using System.Globalization;

namespace Orchestrator.Network;

/// <summary>Messages that explain a refused or failed connection to programs and users.</summary>
public static class NetworkRefusalFormatter
{
    private const string Setting = "permissions.network.allow";
    private const string Upstream =
        "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names this proxy; NO_PROXY lists hosts that are reached without it.";

    /// <summary>Returns the message for an outcome, or an empty string if the connection was allowed.</summary>
    /// <param name="verdict">Decision about the connection.</param>
    /// <param name="host">Host as named by the client.</param>
    /// <param name="port">Port, or 0 if unknown.</param>
    public static string Of(NetworkVerdict verdict, string host, int port)
    {
        var place = port == 0 ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        var entry = port is 443 or 80 ? host : place;
        var refused = $"orchestrate refused {place}:";
        return verdict.Reason switch
        {
            null => "",
            NetworkRefusalReason.NotListed => $"{refused} it is not in {Setting}. {Allow(entry)}",
            NetworkRefusalReason.NoNetwork =>
                $"{refused} permissions.network.mode is none. The user can change it with: orchestrate config set "
                    + "permissions.network.mode listed",
            NetworkRefusalReason.AddressLiteral =>
                $"{refused} it is an IP address instead of a name, and it is not in {Setting}. {Allow(entry)}",
            NetworkRefusalReason.NonPublicAddress => $"{refused} {verdict.Detail} is not a public address, and it is not in {Setting}. "
                + Allow(string.Create(CultureInfo.InvariantCulture, $"{Bracketed(verdict.Detail)}:{port}")),
            NetworkRefusalReason.OwnMachine => $"{refused} it is this machine, which is not in {Setting}. "
                + Allow(string.Create(CultureInfo.InvariantCulture, $"localhost:{port}")),
            NetworkRefusalReason.ServerName => verdict.Detail.Length == 0
                ? $"{refused} the TLS handshake names no host, so it can't be compared with {Setting}."
                : $"{refused} the TLS handshake names {verdict.Detail} instead.",
            NetworkRefusalReason.HostHeader => verdict.Detail.Length == 0
                ? $"{refused} the request does not have exactly one Host header, so it can't be compared with {Setting}."
                : $"{refused} the Host header names {verdict.Detail} instead.",
            NetworkRefusalReason.NotTls when port == 443 => $"{refused} the connection is not TLS, and port 443 accepts only TLS.",
            NetworkRefusalReason.NotTls => $"{refused} the connection is not TLS, and {place} is not in {Setting}. {Allow(place)}",
            NetworkRefusalReason.InvalidRequest => $"orchestrate refused a request: {verdict.Detail}",
            NetworkRefusalReason.Unresolved => $"orchestrate could not resolve {host}.",
            NetworkRefusalReason.Unreachable => $"orchestrate could not connect to {place} ({verdict.Detail}).",
            NetworkRefusalReason.UpstreamRefused =>
                $"orchestrate could not connect to {place}: the upstream proxy of this machine answered "
                    + $"'{verdict.Detail}'. {Upstream}",
            NetworkRefusalReason.UpstreamFailed =>
                $"orchestrate could not connect to {place} through the upstream proxy of this machine ({verdict.Detail}). " + $"{Upstream}",
            NetworkRefusalReason.Credential =>
                "orchestrate refused a request, because its credential is missing or is not the placeholder of this sandbox. "
                    + "The proxy replaces only this placeholder with the API key.",
            _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict.Reason, "No message text is defined for this reason."),
        };
    }

    private static string Allow(string entry) => $"The user can allow it with: orchestrate network allow {entry}";

    private static string Bracketed(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
