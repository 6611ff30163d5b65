namespace Orchestrator.Git.Sharing;

/// <summary>Inspects addresses of git remotes, which may contain the user's secrets.</summary>
public static class GitRemoteAddressInspector
{
    private const int SshPort = 22;
    private const int GitPort = 9418;

    /// <summary>True if an address contains a password. A token in place of the user name is not detected, because tokens have no common
    /// format.</summary>
    /// <param name="address">Remote name, URL or path.</param>
    public static bool HasPassword(string address) => UserOf(address).Contains(':', StringComparison.Ordinal);

    /// <summary>Formats the address for display, as git does. The user part of an HTTP address is removed, because it may be a
    /// token.</summary>
    /// <param name="address">Remote name, URL or path.</param>
    public static string Show(string address) =>
        UserOf(address) is { Length: > 0 } user && address.StartsWith("http", StringComparison.OrdinalIgnoreCase)
            ? address.Replace($"{user}@", "", StringComparison.Ordinal)
            : address;

    /// <summary>
    /// Returns the host of a remote: as <c>host</c> for HTTP or HTTPS on the default port, and as <c>host:port</c> otherwise. Returns null
    /// for a path, a name, or a URL scheme that a remote helper program handles.
    /// </summary>
    /// <param name="address">Remote name, URL or path.</param>
    public static string? HostOf(string address)
    {
        if (Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Host.Length > 0)
        {
            return url.Scheme switch
            {
                "https" or "http" => url.IsDefaultPort ? url.Host : $"{url.Host}:{url.Port}",
                "ssh" or "git+ssh" => $"{url.Host}:{(url.Port > 0 ? url.Port : SshPort)}",
                "git" => $"{url.Host}:{(url.Port > 0 ? url.Port : GitPort)}",
                _ => null,
            };
        }
        if (address.Contains("://", StringComparison.Ordinal))
        {
            return null;
        }
        // The scp-like form user@host:path has no slash before the first colon (git-clone(1)).
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        var host = colon < 0 || address[..colon].Contains('/', StringComparison.Ordinal) ? "" : address[..colon];
        host = host[(host.LastIndexOf('@') + 1)..];
        return host.Length > 0 && Uri.CheckHostName(host) != UriHostNameType.Unknown ? $"{host}:{SshPort}" : null;
    }

    private static string UserOf(string address) => Uri.TryCreate(address, UriKind.Absolute, out var url) ? url.UserInfo : "";
}
