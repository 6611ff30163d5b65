using Orchestrator.Git.Sharing;

namespace Orchestrator.Packages.Hosts;

/// <summary>The hosts that confined programs need without anybody naming them.</summary>
public static class DefaultHosts
{
    /// <summary>Hosts of agents' services, registries of ecosystems, and hosts of remotes, in order and without repetition.</summary>
    /// <param name="agents">Hosts of the services of the agents that may be started; none for gates and set-up.</param>
    /// <param name="ecosystems">The ecosystems of the repository.</param>
    /// <param name="remotes">Addresses of the repository's remotes.</param>
    public static IReadOnlyList<string> Of(IEnumerable<string> agents, IEnumerable<Ecosystem> ecosystems, IEnumerable<string> remotes) =>
        [
            .. agents
                .Concat(ecosystems.SelectMany(row => row.Hosts))
                .Concat(remotes.Select(RemoteAddress.HostOf).OfType<string>())
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
}
