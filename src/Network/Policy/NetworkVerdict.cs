namespace Orchestrator.Network;

/// <summary>Outcome of a connection attempt.</summary>
public enum NetworkDecision
{
    /// <summary>The connection was made.</summary>
    Allowed,

    /// <summary>The connection was made only because <see cref="NetworkMode.Observe"/> refuses no public host.</summary>
    WouldRefuse,

    /// <summary>The policy refused the connection.</summary>
    Refused,

    /// <summary>The policy allowed the connection, but the host could not be reached.</summary>
    Failed,
}

/// <summary>
/// Reason for a decision other than <see cref="NetworkDecision.Allowed"/>. <see cref="NetworkRefusalFormatter"/> contains the messages for
/// users.
/// </summary>
public enum NetworkRefusalReason
{
    /// <summary>No entry of the policy covers the host and port.</summary>
    NotListed,

    /// <summary>The mode is <see cref="NetworkMode.None"/>.</summary>
    NoNetwork,

    /// <summary>The client named an address instead of a host name.</summary>
    AddressLiteral,

    /// <summary>The address is not public, for example because it is private, link-local or reserved.</summary>
    NonPublicAddress,

    /// <summary>The address belongs to this machine.</summary>
    OwnMachine,

    /// <summary>The TLS handshake names another host or no host.</summary>
    ServerName,

    /// <summary>The Host header names another host, or is missing.</summary>
    HostHeader,

    /// <summary>The connection does not use TLS, and no entry of the policy allows other protocols on the port.</summary>
    NotTls,

    /// <summary>The request is malformed, or of a kind that the proxy does not support.</summary>
    InvalidRequest,

    /// <summary>The name could not be resolved to an address.</summary>
    Unresolved,

    /// <summary>No address of the host accepted the connection.</summary>
    Unreachable,

    /// <summary>
    /// The upstream proxy refused the tunnel to the host. The verdict's detail is the status line of the upstream proxy's response.
    /// </summary>
    UpstreamRefused,

    /// <summary>The upstream proxy is unreachable, or its response is not a valid proxy response.</summary>
    UpstreamFailed,

    /// <summary>
    /// A request addressed to the proxy itself has no credential, or a credential that is not one of the sandbox's placeholders for keys.
    /// </summary>
    Credential,
}

/// <summary>Outcome of a connection attempt, with the reason for the outcome.</summary>
/// <param name="Reason">Reason, or null if the connection is allowed.</param>
/// <param name="Detail">Address, name or status line to which the reason refers. Empty if there is none.</param>
public readonly record struct NetworkVerdict(NetworkDecision Decision, NetworkRefusalReason? Reason = null, string Detail = "")
{
    /// <summary>True if the connection may be made.</summary>
    public bool IsPassing => Decision is NetworkDecision.Allowed or NetworkDecision.WouldRefuse;

    /// <summary>Creates a verdict that refuses a connection.</summary>
    public static NetworkVerdict Refuse(NetworkRefusalReason reason, string detail = "") => new(NetworkDecision.Refused, reason, detail);

    /// <summary>Creates a verdict for a failure to reach an allowed host.</summary>
    public static NetworkVerdict Fail(NetworkRefusalReason reason, string detail = "") => new(NetworkDecision.Failed, reason, detail);
}
