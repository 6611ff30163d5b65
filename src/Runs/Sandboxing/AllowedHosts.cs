using Orchestrator.Gates.Packages.Hosts;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>Determines the hosts that programs in a sandbox can reach.</summary>
public static class AllowedHosts
{
    private static readonly string[] s_amazon = ["bedrock-runtime", "bedrock", "sts", "oidc", "portal.sso"];

    /// <summary>
    /// Returns the hosts that sandboxed programs can reach. These are the hosts of agents' services, of git remotes, and of package
    /// registries for the package managers in PATH. Hosts in these programs' environment variables and in <c>permissions.network.allow</c>
    /// are added.
    /// </summary>
    /// <param name="agents">Names of the agents.</param>
    /// <param name="remotes">URLs of the repository's remotes.</param>
    /// <param name="role">The kind of program, which may have its own allowed hosts, or null to return the hosts of all kinds.</param>
    public static IReadOnlyList<string> Of(
        OrchestratorSettings settings,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string> agents,
        IReadOnlyList<string> remotes,
        SandboxedProgramKind? role = null
    ) =>
        [
            .. DefaultAllowedHosts
                .Of(agents.SelectMany(settings.HostsOf), Ecosystems.All.Where(row => IsInstalled(row, environment)), remotes)
                .Concat(
                    environment.Where(pair => IsPassedOn(pair.Key, settings, agents)).Select(pair => AddressIn(pair.Value)).OfType<string>()
                )
                .Concat(agents.Count > 0 ? ServicesOf(settings, environment) : [])
                .Concat(settings.Permissions.Network.Allow)
                .Concat(role is null or SandboxedProgramKind.Gate ? settings.Permissions.Gates.Network : [])
                .Concat(role is null or SandboxedProgramKind.SetUp ? settings.Permissions.SetUp.Network : [])
                .Distinct(StringComparer.Ordinal),
        ];

    private static bool IsInstalled(Ecosystem row, IReadOnlyDictionary<string, string> environment) =>
        row
            .Managers.SelectMany(manager => manager.Programs)
            .Concat(row.Programs)
            .Any(program => ProgramLocator.Find(program, environment.GetValueOrDefault("PATH")) is not null);

    private static bool IsPassedOn(string name, OrchestratorSettings settings, IReadOnlyList<string> agents) =>
        !name.EndsWith("PROXY", StringComparison.OrdinalIgnoreCase)
        && (
            AgentEnvironment.IsPassedOn(name)
            || settings.Permissions.Environment.Contains(name)
            || agents.Any(agent => settings.VariablesOf(agent).Contains(name))
        );

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
