using Orchestrator.Network;
using Orchestrator.Packages.Hosts;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>The purpose of a sandbox, for the log of its connections.</summary>
/// <param name="Role">The kind of program.</param>
/// <param name="LogFolder">Absolute path of the folder for logs of connections.</param>
/// <param name="Run">The run's id; empty for none.</param>
/// <param name="Task">The task's id; empty for none.</param>
public sealed record SandboxPurpose(SandboxRole Role, string LogFolder, string Run = "", string Task = "")
{
    /// <summary>Names of the agents that work in it; none for gates and set-up.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>The purpose of a step of a run.</summary>
    /// <param name="task">The task's id; empty for the run as a whole.</param>
    public static SandboxPurpose Of(SandboxRole role, RunFolder run, string task) =>
        new(role, Path.Combine(run.Path, ConnectionLogs.FolderName), run.Name, task);
}

/// <summary>Opens the network of one sandbox: only hosts of a list can be reached, by the proxy of the user.</summary>
/// <param name="networks">The proxy of the user.</param>
/// <param name="mode">Which hosts can be reached.</param>
/// <param name="hosts">The list.</param>
/// <param name="purpose">The purpose of the sandbox.</param>
/// <param name="repository">Absolute path of the repository's main checkout, for the log.</param>
/// <param name="upstream">The upstream proxy of this machine; null for none.</param>
internal sealed class NetworkDoor(
    SandboxNetworks networks,
    NetworkMode mode,
    IReadOnlyList<string> hosts,
    SandboxPurpose purpose,
    string repository,
    UpstreamProxy? upstream
) : ISandboxDoor
{
    /// <inheritdoc/>
    public async Task<SandboxNetwork> OpenAsync(CancellationToken cancellationToken)
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
                },
                cancellationToken
            );
        }
        catch (Exception refused) when (refused is IOException or FormatException)
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

/// <summary>Derives the hosts that confined programs can reach.</summary>
public static class ListedHosts
{
    private static readonly string[] s_amazon = ["bedrock-runtime", "bedrock", "sts", "oidc", "portal.sso"];

    /// <summary>Hosts of agents' services, of registries of the package managers in PATH, of remotes, of addresses in the variables that
    /// confined programs get, and those of <c>permissions.network.allow</c>.</summary>
    /// <param name="agents">Names of the agents.</param>
    /// <param name="remotes">Addresses of the repository's remotes.</param>
    public static IReadOnlyList<string> Of(
        OrchestratorSettings settings,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string> agents,
        IReadOnlyList<string> remotes
    ) =>
        [
            .. DefaultHosts
                .Of(agents.SelectMany(settings.HostsOf), Ecosystems.All.Where(row => IsInstalled(row, environment)), remotes)
                .Concat(environment.Where(pair => IsPassedOn(pair.Key, settings)).Select(pair => AddressIn(pair.Value)).OfType<string>())
                .Concat(agents.Count > 0 ? ServicesOf(settings, environment) : [])
                .Concat(settings.Permissions.Network.Allow)
                .Distinct(StringComparer.Ordinal),
        ];

    private static bool IsInstalled(Ecosystem row, IReadOnlyDictionary<string, string> environment) =>
        row
            .Managers.SelectMany(manager => manager.Programs)
            .Concat(row.Programs)
            .Any(program => ProgramLocator.Find(program, environment.GetValueOrDefault("PATH")) is not null);

    private static bool IsPassedOn(string name, OrchestratorSettings settings) =>
        !name.EndsWith("PROXY", StringComparison.OrdinalIgnoreCase)
        && (AgentEnvironment.IsPassedOn(name) || settings.Permissions.Environment.Contains(name));

    private static IEnumerable<string> ServicesOf(OrchestratorSettings settings, IReadOnlyDictionary<string, string> environment)
    {
        if (settings.Planner.Url is { } url && AddressIn(url) is { } address)
        {
            yield return address;
        }
        if ((environment.GetValueOrDefault("AWS_REGION") ?? environment.GetValueOrDefault("AWS_DEFAULT_REGION")) is { Length: > 0 } region)
        {
            foreach (var service in s_amazon)
            {
                yield return $"{service}.{region}.amazonaws.com";
            }
        }
        if (environment.GetValueOrDefault("CLOUD_ML_REGION") is { Length: > 0 } cloud)
        {
            yield return $"{cloud}-aiplatform.googleapis.com";
            yield return "oauth2.googleapis.com";
        }
    }

    private static string? AddressIn(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var address) && address is { Host.Length: > 0, IsFile: false, Port: > 0 }
            ? $"{(address.IsLoopback ? "localhost" : address.IdnHost)}:{address.Port.ToString(CultureInfo.InvariantCulture)}"
            : null;
}
