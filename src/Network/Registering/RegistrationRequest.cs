namespace Orchestrator.Network;

/// <summary>Asks the proxy for the network of one sandbox.</summary>
/// <param name="Id">Id of the sandbox, for its log.</param>
/// <param name="Mode">The policy's mode.</param>
/// <param name="Allow">The policy's entries, as they are written.</param>
/// <param name="LogFile">Absolute path of the connection log.</param>
/// <param name="Labels">The labels of the sandbox.</param>
public sealed record RegistrationRequest(string Id, NetworkMode Mode, IReadOnlyList<string> Allow, string LogFile, SandboxLabels Labels)
{
    /// <summary>The upstream proxy of this machine; null to dial hosts directly. It may hold a credential, so it is never logged.</summary>
    public UpstreamProxy? Upstream { get; init; }

    /// <summary>The keys that the proxy puts into requests of this sandbox. They cross the private socket alone, and are never
    /// logged.</summary>
    public IReadOnlyList<ServiceKey> Keys
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Absolute paths of PEM files with further certificate authorities for the services of <see cref="Keys"/>, such as those of
    /// <c>NODE_EXTRA_CA_CERTS</c>.</summary>
    public IReadOnlyList<string> Authorities
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>The parsed upstream proxy; null if there is none, or the mode reaches no host.</summary>
    /// <exception cref="FormatException">The upstream proxy is malformed or not supported.</exception>
    internal UpstreamRoute? Route() => Mode == NetworkMode.None ? null : Upstream?.Route();
}

/// <summary>The proxy's answer.</summary>
/// <param name="Socket">Absolute path of the socket for the sandbox; null if the request was refused.</param>
/// <param name="Error">The reason of a refusal; null if there is none.</param>
internal sealed record RegistrationAnswer(string? Socket, string? Error);
