using System.Security.Cryptography;
using Orchestrator.Network;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>
/// Keeps the API keys of model services outside a sandbox. The sandboxed program receives a random placeholder for each key, and the
/// address of a proxy instead of the service's address.
/// </summary>
public static class KeyPlaceholders
{
    private const int PlaceholderLength = 48;
    private static readonly string[] s_authorities = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];

    /// <summary>Address at which sandboxed programs reach the proxy for services whose API keys stay outside the sandbox.</summary>
    public static string ServiceAddress { get; } =
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{SandboxProxyRegistrar.ProxyPort}");

    /// <summary>
    /// Returns the API keys that stay outside the sandbox. Keys whose environment variable is listed in the settings are excluded, because
    /// the sandboxed program receives them unchanged.
    /// </summary>
    /// <param name="keys">All keys of the program.</param>
    /// <param name="variables">See <see cref="OrchestratorSettings.VariablesOf"/>.</param>
    public static IReadOnlyList<ProxyableAgentApiKey> Of(IReadOnlyList<ProxyableAgentApiKey> keys, IReadOnlyList<string> variables) =>
        [.. keys.Where(key => !key.Variables.Any(variables.Contains))];

    /// <summary>
    /// Returns the names of environment variables that contain a key of a model service and are passed to a sandboxed program unchanged.
    /// </summary>
    /// <param name="outside">Keys that stay outside the sandbox.</param>
    /// <param name="credentials">See <see cref="IAgentRunner.Credentials"/>.</param>
    /// <param name="environment">Environment variables of the user.</param>
    /// <param name="variables">See <see cref="OrchestratorSettings.VariablesOf"/>.</param>
    public static IReadOnlyList<string> FindInside(
        IReadOnlyList<ProxyableAgentApiKey> outside,
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

    /// <summary>
    /// Replaces the API keys in an environment with placeholders, and the addresses of the keys' services with the proxy's address. Keys of
    /// services with malformed addresses are not replaced.
    /// </summary>
    /// <param name="keys">Keys to replace.</param>
    /// <param name="environment">Environment variables of the program.</param>
    /// <returns>The replaced keys, for the proxy.</returns>
    public static IReadOnlyList<ProxyInjectedApiKey> Replace(
        IReadOnlyList<ProxyableAgentApiKey> keys,
        IDictionary<string, string?> environment
    )
    {
        List<ProxyInjectedApiKey> replaced = [];
        HashSet<string> addresses = [];
        foreach (var key in keys)
        {
            var service = ValueOf(environment, key.Address) ?? key.Service;
            var (keyId, token) = (ValueOf(environment, key.IdVariable), ValueOf(environment, key.TokenVariable));
            if (
                key.Find(name => ValueOf(environment, name)) is not { } value
                || ProxyInjectedApiKey.AddressOf(service) is null
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
                new ProxyInjectedApiKey(placeholder, value, service)
                {
                    Identity = keyId is null ? null : new AmazonSigningIdentity(keyId, token),
                }
            );
        }
        foreach (var address in addresses)
        {
            environment[address] = ServiceAddress;
        }
        return replaced;
    }

    /// <summary>
    /// Returns the paths of the files with additional certificate authorities that are set in the program's environment. The proxy uses
    /// these authorities to verify the services' certificates.
    /// </summary>
    /// <param name="environment">Environment variables of the program.</param>
    public static IReadOnlyList<string> AuthoritiesIn(IDictionary<string, string?> environment) =>
        [.. s_authorities.Select(name => ValueOf(environment, name)).OfType<string>().Where(Path.IsPathRooted)];

    private static string? ValueOf(IDictionary<string, string?> environment, string? name) =>
        name is not null && environment.TryGetValue(name, out var value) && value?.Trim() is { Length: > 0 } text ? text : null;
}
