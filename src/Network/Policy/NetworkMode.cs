namespace Orchestrator.Network;

/// <summary>Modes of a <see cref="NetworkPolicy"/>.</summary>
public enum NetworkMode
{
    /// <summary>Listed hosts are reachable.</summary>
    Listed,

    /// <summary>Public hosts are reachable; those that are not listed are logged as would-be refusals.</summary>
    Observe,

    /// <summary>No host is reachable.</summary>
    None,

    /// <summary>Each host is reachable, as without a policy.</summary>
    Open,
}
