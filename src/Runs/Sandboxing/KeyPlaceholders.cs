using System.Security.Cryptography;
using Orchestrator.Network;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>Keeps keys of model services outside a sandbox. For each key, the program inside receives a random placeholder, and the
/// proxy's address in place of the service's.</summary>
public static class KeyPlaceholders
{
    private const int PlaceholderLength = 48;
    private static readonly string[] s_authorities = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];

    /// <summary>Address inside a sandbox at which services answer whose keys stay outside.</summary>
    public static string ServiceAddress { get; } =
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{SandboxNetworks.ProxyPort}");

    /// <summary>Returns the keys that stay outside. Named variables are excluded, because they are passed on unchanged.</summary>
    /// <param name="keys">Keys of a program.</param>
    /// <param name="variables">See <see cref="OrchestratorSettings.VariablesOf"/>.</param>
    public static IReadOnlyList<AgentKey> Of(IReadOnlyList<AgentKey> keys, IReadOnlyList<string> variables) =>
        [.. keys.Where(key => !key.Variables.Any(variables.Contains))];

    /// <summary>Returns the names of variables with keys of model services that a sandboxed program receives unchanged.</summary>
    /// <param name="outside">Keys that stay outside.</param>
    /// <param name="credentials">See <see cref="IAgentRunner.Credentials"/>.</param>
    /// <param name="environment">Variables of the user.</param>
    /// <param name="variables">See <see cref="OrchestratorSettings.VariablesOf"/>.</param>
    public static IReadOnlyList<string> FindInside(
        IReadOnlyList<AgentKey> outside,
        IReadOnlyList<string> credentials,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string> variables
    ) =>
        [
            .. environment
                .Where(pair => pair.Value.Length > 0 && AgentEnvironment.IsCredential(pair.Key))
                .Select(pair => pair.Key)
                .Where(name => AgentEnvironment.IsPassedOn(name, credentials) || variables.Contains(name))
                .Except(outside.SelectMany(key => key.Variables))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Replaces the keys in an environment, and the addresses of their services. A key whose service has a malformed address is
    /// left unchanged.</summary>
    /// <param name="keys">Keys to replace.</param>
    /// <param name="environment">Variables of the program.</param>
    /// <returns>Keys for the proxy.</returns>
    public static IReadOnlyList<ServiceKey> Replace(IReadOnlyList<AgentKey> keys, IDictionary<string, string?> environment)
    {
        List<ServiceKey> replaced = [];
        HashSet<string> addresses = [];
        foreach (var key in keys)
        {
            var service = ValueOf(environment, key.Address) ?? key.Service;
            var (keyId, token) = (ValueOf(environment, key.IdVariable), ValueOf(environment, key.TokenVariable));
            if (
                key.Find(name => ValueOf(environment, name)) is not { } value
                || ServiceKey.AddressOf(service) is null
                || (key.IdVariable is not null && keyId is null)
            )
            {
                continue;
            }
            var placeholder = "orchestrate-" + RandomNumberGenerator.GetHexString(PlaceholderLength, lowercase: true);
            environment[key.Variable] = placeholder;
            foreach (var variable in new[] { key.IdVariable, key.TokenVariable }.OfType<string>().Where(environment.ContainsKey))
            {
                environment[variable] = variable == key.TokenVariable ? null : placeholder;
            }
            if (key.Address is not null)
            {
                addresses.Add(key.Address);
            }
            replaced.Add(
                new ServiceKey(placeholder, value, service) { Identity = keyId is null ? null : new SigningIdentity(keyId, token) }
            );
        }
        foreach (var address in addresses)
        {
            environment[address] = ServiceAddress;
        }
        return replaced;
    }

    /// <summary>Returns the files with additional certificate authorities that the program would have used to verify its
    /// services.</summary>
    /// <param name="environment">Variables of the program.</param>
    public static IReadOnlyList<string> AuthoritiesIn(IDictionary<string, string?> environment) =>
        [.. s_authorities.Select(name => ValueOf(environment, name)).OfType<string>().Where(Path.IsPathRooted)];

    private static string? ValueOf(IDictionary<string, string?> environment, string? name) =>
        name is not null && environment.TryGetValue(name, out var value) && value?.Trim() is { Length: > 0 } text ? text : null;
}
