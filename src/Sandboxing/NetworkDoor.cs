using Orchestrator.Network;

namespace Orchestrator.Sandboxing;

/// <summary>Opens the network of one sandbox: only hosts of a list can be reached, by the proxy of the user.</summary>
/// <param name="networks">The proxy of the user.</param>
/// <param name="mode">Which hosts can be reached.</param>
/// <param name="hosts">The list.</param>
/// <param name="purpose">The purpose of the sandbox.</param>
/// <param name="repository">Absolute path of the repository's main checkout, for the log.</param>
/// <param name="upstream">The proxy by which this machine reaches the internet; null for none.</param>
public sealed class NetworkDoor(
    SandboxNetworks networks,
    NetworkMode mode,
    IReadOnlyList<string> hosts,
    SandboxPurpose purpose,
    string repository,
    UpstreamProxy? upstream
) : ISandboxDoor
{
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
                    Authorities = OutsideKeys.AuthoritiesIn(environment),
                    Keys = OutsideKeys.Replace(purpose.Keys, environment),
                },
                cancellationToken
            );
        }
        catch (IOException refused)
        {
            throw new ProcessStartException(
                ProcessStartFailure.Refused,
                $"A program was not started, since its sandbox got no network: {refused.Message} "
                    + "'permissions.network.mode: none' starts programs without a network.",
                refused
            );
        }
    }
}
