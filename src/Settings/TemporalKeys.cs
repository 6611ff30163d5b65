namespace Orchestrator.Settings;

/// <summary>Setting keys of the Temporal server.</summary>
public static class TemporalKeys
{
    internal static readonly Setting<string?> TemporalAddress = new(
        "temporal.address",
        null,
        SettingTypes.OptionalText,
        "Temporal server, HOST or HOST:PORT (7233); not set: the embedded engine",
        oldVariables: ["TEMPORAL_ADDRESS"]
    );

    /// <summary>The default namespace of a server.</summary>
    public const string DefaultNamespace = "default";

    internal static readonly Setting<string> TemporalNamespace = new(
        "temporal.namespace",
        DefaultNamespace,
        SettingTypes.Text,
        "Temporal namespace",
        oldVariables: ["TEMPORAL_NAMESPACE"]
    );

    internal static readonly Setting<bool> TemporalTls = new(
        "temporal.tls",
        false,
        SettingTypes.Switch,
        "TLS to the Temporal server",
        oldVariables: ["TEMPORAL_TLS"]
    );

    internal static readonly Setting<SecretReference?> TemporalApiKey = new(
        "temporal.api_key",
        null,
        SettingTypes.Secret,
        "key for the Temporal server",
        oldVariables: ["TEMPORAL_API_KEY"]
    );
}
