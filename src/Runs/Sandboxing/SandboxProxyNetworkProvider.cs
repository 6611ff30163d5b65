using Orchestrator.Network;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>Connects a sandbox to the current user's sandbox proxy, through which only the allowed hosts can be reached.</summary>
/// <param name="networks">Registers sandboxes with the user's proxy.</param>
/// <param name="mode">The network mode in the settings.</param>
/// <param name="hosts">The hosts that the sandbox can reach.</param>
/// <param name="purpose">The kind of program and its run, for the connection log.</param>
/// <param name="repository">Absolute path of the repository's main checkout, for the connection log.</param>
/// <param name="upstream">Proxy through which this machine reaches the internet, or null if it has direct access.</param>
public sealed class SandboxProxyNetworkProvider(
    SandboxProxyRegistrar networks,
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
                new SandboxRegistrationRequest(
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
                    + "To start programs without a network, set permissions.network.mode to none.",
                refused
            );
        }
    }
}
