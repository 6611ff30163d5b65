namespace Orchestrator.Network;

/// <summary>Request to the proxy to provide network access to a sandbox.</summary>
/// <param name="Id">Id of the sandbox, for its log.</param>
/// <param name="Mode">Mode of the policy.</param>
/// <param name="Allow">Unparsed entries of the policy.</param>
/// <param name="LogFile">Absolute path of the connection log.</param>
/// <param name="Labels">Labels of the sandbox.</param>
public sealed record SandboxRegistrationRequest(
    string Id,
    NetworkMode Mode,
    IReadOnlyList<string> Allow,
    string LogFile,
    SandboxLabels Labels
)
{
    /// <summary>Upstream proxy of this machine, or null to connect to hosts directly. The address may contain a credential, so it is never
    /// logged.</summary>
    public UpstreamProxy? Upstream { get; init; }

    /// <summary>Keys that the proxy inserts into requests of this sandbox. The keys are sent only over the private socket and are never
    /// logged.</summary>
    public IReadOnlyList<ProxyInjectedApiKey> Keys
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Absolute paths of PEM files with additional certificate authorities for the services of <see cref="Keys"/>, such as the
    /// file in <c>NODE_EXTRA_CA_CERTS</c>.</summary>
    public IReadOnlyList<string> Authorities
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Parses the address of the upstream proxy. Returns null if there is none or if the mode allows no host.</summary>
    /// <exception cref="FormatException">The upstream proxy is malformed or not supported.</exception>
    internal UpstreamProxyAddress? Route() => Mode == NetworkMode.None ? null : Upstream?.Route();
}

/// <summary>Response of the proxy to a registration request.</summary>
/// <param name="Socket">Absolute path of the socket for the sandbox, or null if the request was refused.</param>
/// <param name="Error">Reason for a refusal, or null if the request was accepted.</param>
internal sealed record SandboxRegistrationResponse(string? Socket, string? Error);
