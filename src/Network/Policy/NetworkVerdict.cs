namespace Orchestrator.Network;

/// <summary>Outcomes of a connection attempt.</summary>
public enum NetworkDecision
{
    /// <summary>The connection was made.</summary>
    Allowed,

    /// <summary>The connection was made, since <see cref="NetworkMode.Observe"/> refuses no public host.</summary>
    WouldRefuse,

    /// <summary>The policy refused the connection.</summary>
    Refused,

    /// <summary>The policy allowed the connection, and the host could not be reached.</summary>
    Failed,
}

/// <summary>Reasons for a decision other than <see cref="NetworkDecision.Allowed"/>; <see cref="RefusalText"/> has the sentences.</summary>
public enum RefusalReason
{
    /// <summary>No entry covers host and port.</summary>
    NotListed,

    /// <summary>The mode is <see cref="NetworkMode.None"/>.</summary>
    NoNetwork,

    /// <summary>The client gave an address in place of a name.</summary>
    AddressLiteral,

    /// <summary>The address is not of the internet: private, loopback, link-local, metadata, multicast.</summary>
    NonPublicAddress,

    /// <summary>The address is one of this machine's.</summary>
    OwnMachine,

    /// <summary>The TLS handshake names another host, or none.</summary>
    ServerName,

    /// <summary>The Host header names another host, or none.</summary>
    HostHeader,

    /// <summary>The connection is not TLS, and the policy names no port for which that is allowed.</summary>
    NotTls,

    /// <summary>The request is malformed, or of a kind that the proxy does not serve.</summary>
    InvalidRequest,

    /// <summary>The name has no address.</summary>
    Unresolved,

    /// <summary>No address of the host accepted the connection.</summary>
    Unreachable,

    /// <summary>The upstream proxy refused the tunnel to the host; the detail is its status line.</summary>
    UpstreamRefused,

    /// <summary>The upstream proxy is unreachable, or did not answer as a proxy.</summary>
    UpstreamFailed,

    /// <summary>A request to the proxy itself has another credential than the placeholder of its sandbox, or none.</summary>
    Credential,
}

/// <summary>A decision about one connection.</summary>
/// <param name="Reason">Null if allowed.</param>
/// <param name="Detail">The address, name or status line that the reason is about; empty if there is none.</param>
public readonly record struct NetworkVerdict(NetworkDecision Decision, RefusalReason? Reason = null, string Detail = "")
{
    /// <summary>True if the connection may be made.</summary>
    public bool IsPassing => Decision is NetworkDecision.Allowed or NetworkDecision.WouldRefuse;

    /// <summary>A refusal.</summary>
    public static NetworkVerdict Refuse(RefusalReason reason, string detail = "") => new(NetworkDecision.Refused, reason, detail);

    /// <summary>A failure to reach an allowed host.</summary>
    public static NetworkVerdict Fail(RefusalReason reason, string detail = "") => new(NetworkDecision.Failed, reason, detail);
}
