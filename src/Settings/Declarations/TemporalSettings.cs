using System.Text.Json.Serialization;

namespace Orchestrator.Settings;

/// <summary>
/// Connection to the Temporal server that executes the workflows (<c>temporal.*</c>). Without an address, the Temporal server embedded in
/// this program is used.
/// </summary>
public sealed record TemporalSettings(string? Address, string Namespace, bool Tls, SecretReference? ApiKey)
{
    /// <summary>Name of the namespace that every Temporal server has by default.</summary>
    public const string DefaultNamespace = "default";

    internal static readonly Setting<string?> AddressKey = new(
        "temporal.address",
        null,
        CommonSettingConverters.OptionalText,
        "address of the Temporal server, as HOST or HOST:PORT (default port: 7233); if not set, the embedded engine is used",
        oldVariables: ["TEMPORAL_ADDRESS"]
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    private static readonly Setting<string> NamespaceKey = new(
        "temporal.namespace",
        DefaultNamespace,
        CommonSettingConverters.Text,
        "Temporal namespace in which runs are stored",
        oldVariables: ["TEMPORAL_NAMESPACE"]
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    private static readonly Setting<bool> TlsKey = new(
        "temporal.tls",
        false,
        CommonSettingConverters.Switch,
        "whether connections to the Temporal server use TLS",
        oldVariables: ["TEMPORAL_TLS"]
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    internal static readonly Setting<SecretReference?> ApiKeyKey = new(
        "temporal.api_key",
        null,
        CommonSettingConverters.Secret,
        "key for the Temporal server",
        oldVariables: ["TEMPORAL_API_KEY"]
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    private static readonly Setting<string?> DeploymentKey = new(
        "temporal.deployment",
        null,
        CommonSettingConverters.OptionalText,
        "name of the worker deployment on the Temporal server, of which only the current version continues runs; if not "
            + "set, all workers continue runs",
        oldVariables: ["TEMPORAL_DEPLOYMENT_NAME"]
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    private static readonly Setting<string?> BuildIdKey = new(
        "temporal.build_id",
        null,
        CommonSettingConverters.OptionalText,
        "build id of this machine's workers in the worker deployment; if not set, the program's version and commit",
        oldVariables: ["TEMPORAL_WORKER_BUILD_ID"]
    )
    {
        Effect = TrustRequiringSettingEffect.SpeaksTo,
    };

    /// <summary>Name of the Temporal worker deployment to which this program's workers belong.</summary>
    /// <value>Default: null, meaning workers belong to no deployment.</value>
    public string? Deployment { get; init; }

    /// <summary>Build id of the workers within their deployment.</summary>
    /// <value>Default: null, meaning the program's version.</value>
    public string? BuildId { get; init; }

    /// <summary>
    /// True if the address comes from the repository's files. In that case none of the user's keys or certificates are sent there.
    /// </summary>
    [JsonIgnore]
    public bool IsAddressOfRepository { get; init; }

    /// <summary>
    /// True if the namespace was set explicitly, even to the default. A profile of the official Temporal tools then does not override it.
    /// </summary>
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
        // In version names, the server joins deployment and build id with a dot.
        settings.Require(
            read.Deployment?.AsSpan().IndexOfAny('.', ':') is null or < 0,
            DeploymentKey,
            $"'{read.Deployment}' is not a valid name for a worker deployment.",
            "Use a name without dots and colons, such as 'orchestrate'."
        );
        return read;
    }
}
