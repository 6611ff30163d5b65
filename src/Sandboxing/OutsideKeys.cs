using System.Security.Cryptography;
using Orchestrator.Network;

namespace Orchestrator.Sandboxing;

/// <summary>Keeps keys of model services outside of a sandbox: its program gets a random placeholder for each, and the proxy's address in
/// place of the service's.</summary>
public static class OutsideKeys
{
    private const int PlaceholderLength = 48;
    private static readonly string[] s_authorities = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];

    /// <summary>The keys that stay outside: not those that <c>permissions.environment</c> names, which are handed over as they
    /// are.</summary>
    /// <param name="keys">The keys of a program.</param>
    /// <param name="permissions">The settings.</param>
    public static IReadOnlyList<AgentKey> Of(IReadOnlyList<AgentKey> keys, PermissionSettings permissions) =>
        [.. keys.Where(key => !permissions.Environment.Contains(key.Variable))];

    /// <summary>Names the variables with keys of model services that a confined program gets as they are.</summary>
    /// <param name="outside">The keys that stay outside.</param>
    /// <param name="credentials">See <see cref="IAgentRunner.Credentials"/>.</param>
    /// <param name="environment">The variables of the user.</param>
    /// <param name="permissions">The settings.</param>
    public static IReadOnlyList<string> FindInside(
        IReadOnlyList<AgentKey> outside,
        IReadOnlyList<string>? credentials,
        IReadOnlyDictionary<string, string> environment,
        PermissionSettings permissions
    ) =>
        [
            .. environment
                .Where(pair => pair.Value.Length > 0 && AgentEnvironment.IsCredential(pair.Key))
                .Select(pair => pair.Key)
                .Where(name => AgentEnvironment.IsPassedOn(name, credentials) || permissions.Environment.Contains(name))
                .Except(outside.Select(key => key.Variable))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Replaces the keys of an environment, and the addresses of their services. A key whose service has a malformed address is
    /// left as it is.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="environment">The program's variables.</param>
    /// <returns>The keys for the proxy.</returns>
    public static IReadOnlyList<ServiceKey> Replace(IReadOnlyList<AgentKey> keys, IDictionary<string, string?> environment)
    {
        List<ServiceKey> replaced = [];
        HashSet<string> addresses = [];
        foreach (var key in keys)
        {
            var service = ValueOf(environment, key.Address) ?? key.Service;
            if (ValueOf(environment, key.Variable) is not { } value || ServiceKey.AddressOf(service) is null)
            {
                continue;
            }
            var placeholder = "orchestrate-" + RandomNumberGenerator.GetHexString(PlaceholderLength, lowercase: true);
            environment[key.Variable] = placeholder;
            addresses.Add(key.Address);
            replaced.Add(new ServiceKey(placeholder, value, service));
        }
        foreach (var address in addresses)
        {
            environment[address] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{SandboxNetworks.ProxyPort}");
        }
        return replaced;
    }

    /// <summary>Files with further certificate authorities by which the program would have verified its services.</summary>
    /// <param name="environment">The program's variables.</param>
    public static IReadOnlyList<string> AuthoritiesIn(IDictionary<string, string?> environment) =>
        [.. s_authorities.Select(name => ValueOf(environment, name)).OfType<string>().Where(Path.IsPathRooted)];

    private static string? ValueOf(IDictionary<string, string?> environment, string name) =>
        environment.TryGetValue(name, out var value) && value?.Trim() is { Length: > 0 } text ? text : null;
}
