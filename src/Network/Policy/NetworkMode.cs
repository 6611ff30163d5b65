namespace Orchestrator.Network;

/// <summary>Mode of a <see cref="NetworkPolicy"/>.</summary>
public enum NetworkMode
{
    /// <summary>Only listed hosts are reachable.</summary>
    Listed,

    /// <summary>All public hosts are reachable. Connections to unlisted hosts are logged as would-be refusals.</summary>
    Observe,

    /// <summary>No host is reachable.</summary>
    None,

    /// <summary>All hosts are reachable, as without a policy.</summary>
    Open,
}
