using Orchestrator.Git.Sharing;

namespace Orchestrator.Gates.Packages.Hosts;

/// <summary>Network hosts that sandboxed programs may reach by default.</summary>
public static class DefaultAllowedHosts
{
    /// <summary>Returns the hosts of agents' services, package registries and git remotes, sorted and without duplicates.</summary>
    /// <param name="agents">Hosts of the services of agents that may be started, or none for gates and set-up.</param>
    /// <param name="ecosystems">Ecosystems of the repository.</param>
    /// <param name="remotes">Addresses of the repository's remotes.</param>
    public static IReadOnlyList<string> Of(IEnumerable<string> agents, IEnumerable<Ecosystem> ecosystems, IEnumerable<string> remotes) =>
        [
            .. agents
                .Concat(ecosystems.SelectMany(row => row.Hosts))
                .Concat(remotes.Select(GitRemoteAddressInspector.HostOf).OfType<string>())
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
}
