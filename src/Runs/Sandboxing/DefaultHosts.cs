using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>The hosts that confined programs need without anybody naming them.</summary>
public static class DefaultHosts
{
    /// <summary>Hosts of the services of agent programs, registries of ecosystems, and hosts of remotes, in order and without
    /// repetition.</summary>
    /// <param name="agents">The agents that may be started; none for gates and set-up.</param>
    /// <param name="settings">The settings that declare them.</param>
    /// <param name="ecosystems">The ecosystems of the repository.</param>
    /// <param name="remotes">Addresses of the repository's remotes.</param>
    public static IReadOnlyList<string> Of(
        IEnumerable<string> agents,
        OrchestratorSettings settings,
        IEnumerable<Ecosystem> ecosystems,
        IEnumerable<string> remotes
    ) =>
        [
            .. agents
                .SelectMany(settings.HostsOf)
                .Concat(ecosystems.SelectMany(row => row.Hosts))
                .Concat(remotes.Select(RemoteAddress.HostOf).OfType<string>())
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
}
