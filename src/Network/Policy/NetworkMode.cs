namespace Orchestrator.Network;

/// <summary>Mode of a <see cref="NetworkPolicy"/>.</summary>
public enum NetworkMode
{
    /// <summary>Only hosts listed in the policy are reachable.</summary>
    Listed,

    /// <summary>All public hosts are reachable. Connections to unlisted hosts are logged as connections that would be refused.</summary>
    Observe,

    /// <summary>No host is reachable.</summary>
    None,

    /// <summary>All hosts are reachable, as if there were no policy.</summary>
    Open,
}
