namespace Orchestrator.Git.Sharing;

/// <summary>Addresses of git remotes, which may hold a person's secrets.</summary>
public static class RemoteAddress
{
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

    private static string UserOf(string address) => Uri.TryCreate(address, UriKind.Absolute, out var url) ? url.UserInfo : "";
}
