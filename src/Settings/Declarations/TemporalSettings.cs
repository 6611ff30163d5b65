using System.Text.Json.Serialization;

namespace Orchestrator.Settings;

/// <summary>The Temporal server that runs the workflows (<c>temporal.*</c>); no address: the embedded engine.</summary>
public sealed record TemporalSettings(string? Address, string Namespace, bool Tls, SecretReference? ApiKey)
{
    /// <summary>The default namespace of a server.</summary>
    public const string DefaultNamespace = "default";

    internal static readonly Setting<string?> AddressKey = new(
        "temporal.address",
        null,
        SettingTypes.OptionalText,
        "Temporal server, HOST or HOST:PORT (7233); not set: the embedded engine",
        oldVariables: ["TEMPORAL_ADDRESS"]
    )
    {
        Effect = TrustKind.SpeaksTo,
    };

    private static readonly Setting<string> NamespaceKey = new(
        "temporal.namespace",
        DefaultNamespace,
        SettingTypes.Text,
        "Temporal namespace",
        oldVariables: ["TEMPORAL_NAMESPACE"]
    )
    {
        Effect = TrustKind.SpeaksTo,
    };

    private static readonly Setting<bool> TlsKey = new(
        "temporal.tls",
        false,
        SettingTypes.Switch,
        "TLS to the Temporal server",
        oldVariables: ["TEMPORAL_TLS"]
    )
    {
        Effect = TrustKind.SpeaksTo,
    };

    internal static readonly Setting<SecretReference?> ApiKeyKey = new(
        "temporal.api_key",
        null,
        SettingTypes.Secret,
        "key for the Temporal server",
        oldVariables: ["TEMPORAL_API_KEY"]
    )
    {
        Effect = TrustKind.SpeaksTo,
    };

    private static readonly Setting<string?> DeploymentKey = new(
        "temporal.deployment",
        null,
        SettingTypes.OptionalText,
        "worker deployment on the Temporal server that workers belong to: workers of its current version go on with runs; not set: all do",
        oldVariables: ["TEMPORAL_DEPLOYMENT_NAME"]
    )
    {
        Effect = TrustKind.SpeaksTo,
    };

    private static readonly Setting<string?> BuildIdKey = new(
        "temporal.build_id",
        null,
        SettingTypes.OptionalText,
        "which version of the deployment a worker here is; not set: the program's version and commit",
        oldVariables: ["TEMPORAL_WORKER_BUILD_ID"]
    )
    {
        Effect = TrustKind.SpeaksTo,
    };

    /// <summary>The worker deployment that workers belong to.</summary>
    /// <value>Default: null, none.</value>
    public string? Deployment { get; init; }

    /// <summary>Which version of it they are.</summary>
    /// <value>Default: null, the program's version.</value>
    public string? BuildId { get; init; }

    /// <summary>The address is from the repository's files: no key or certificate of the person is sent there.</summary>
    [JsonIgnore]
    public bool IsAddressOfRepository { get; init; }

    /// <summary>The namespace was set explicitly, possibly to the default, so that a profile of the official tools does not override
    /// it.</summary>
    [JsonIgnore]
    public bool IsNamespaceSet { get; init; }

    internal static TemporalSettings Read(SettingReader settings)
    {
        var read = new TemporalSettings(
            settings.Read(AddressKey),
            settings.Read(NamespaceKey),
            settings.Read(TlsKey),
            settings.Read(ApiKeyKey)
        )
        {
            Deployment = settings.Read(DeploymentKey),
            BuildId = settings.Read(BuildIdKey),
            IsAddressOfRepository = settings.SourceOf(AddressKey).IsOfRepository,
            IsNamespaceSet = settings.SourceOf(NamespaceKey).Kind != SettingSourceKind.Default,
        };
        // The server puts a point between the two in names of versions.
        settings.Demand(
            read.Deployment?.AsSpan().IndexOfAny('.', ':') is null or < 0,
            DeploymentKey,
            $"'{read.Deployment}' is no name of a worker deployment.",
            "It has no dots and no colons, such as 'orchestrate'."
        );
        return read;
    }
}
