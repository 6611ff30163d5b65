using Orchestrator.Network;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>Opens the network of a sandbox, in which only listed hosts can be reached, through the user's proxy.</summary>
/// <param name="networks">Registers sandboxes with the user's proxy.</param>
/// <param name="mode">Mode of the network policy.</param>
/// <param name="hosts">Listed hosts.</param>
/// <param name="purpose">Purpose of the sandbox.</param>
/// <param name="repository">Absolute path of the repository's main checkout, for the log.</param>
/// <param name="upstream">Proxy through which this machine reaches the internet, or null for none.</param>
public sealed class ProxyNetworkProvider(
    SandboxNetworks networks,
    NetworkMode mode,
    IReadOnlyList<string> hosts,
    SandboxPurpose purpose,
    string repository,
    UpstreamProxy? upstream
) : ISandboxNetworkProvider
{
    /// <inheritdoc/>
    public string ServiceAddress => KeyPlaceholders.ServiceAddress;

    /// <inheritdoc/>
    public async Task<SandboxNetwork> OpenAsync(IDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        try
        {
            return await networks.RegisterAsync(
                new RegistrationRequest(
                    id,
                    mode,
                    hosts,
                    Path.Combine(purpose.LogFolder, id + ".jsonl"),
                    new SandboxLabels
                    {
                        Repository = repository,
                        Run = purpose.Run,
                        Task = purpose.Task,
                        Role = purpose.Role.ToString().ToLowerInvariant(),
                    }
                )
                {
                    Upstream = upstream,
                    Authorities = KeyPlaceholders.AuthoritiesIn(environment),
                    Keys = KeyPlaceholders.Replace(purpose.Keys, environment),
                },
                cancellationToken
            );
        }
        catch (IOException refused)
        {
            throw new ProcessStartException(
                ProcessStartFailure.Refused,
                $"A program was not started, because its sandbox got no network: {refused.Message} "
                    + "'permissions.network.mode: none' starts programs without a network.",
                refused
            );
        }
    }
}
