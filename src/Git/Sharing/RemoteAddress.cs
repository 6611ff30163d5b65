namespace Orchestrator.Git.Sharing;

/// <summary>Addresses of git remotes, which may hold a person's secrets.</summary>
public static class RemoteAddress
{
    private const int SshPort = 22;
    private const int GitPort = 9418;

    /// <summary>True if an address has a password in it. A token that stands for the user is for who knows tokens by their form.</summary>
    /// <param name="address">Name, URL or path.</param>
    public static bool HasPassword(string address) => UserOf(address).Contains(':', StringComparison.Ordinal);

    /// <summary>The address for people, as git shows it: without the user of an HTTP address, since a token takes that place,
    /// too.</summary>
    /// <param name="address">Name, URL or path.</param>
    public static string Show(string address) =>
        UserOf(address) is { Length: > 0 } user && address.StartsWith("http", StringComparison.OrdinalIgnoreCase)
            ? address.Replace($"{user}@", "", StringComparison.Ordinal)
            : address;

    /// <summary>Host and port of a remote: <c>host</c> for HTTPS, else <c>host:port</c>; null for a path, a name, or a scheme of another
    /// program.</summary>
    /// <param name="address">Name, URL or path.</param>
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
        // user@host:path, where no slash stands before the colon (git-clone(1)).
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        var host = colon < 0 || address[..colon].Contains('/', StringComparison.Ordinal) ? "" : address[..colon];
        host = host[(host.LastIndexOf('@') + 1)..];
        return host.Length > 0 && Uri.CheckHostName(host) != UriHostNameType.Unknown ? $"{host}:{SshPort}" : null;
    }

    private static string UserOf(string address) => Uri.TryCreate(address, UriKind.Absolute, out var url) ? url.UserInfo : "";
}
