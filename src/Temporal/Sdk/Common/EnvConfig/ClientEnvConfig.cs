using Temporalio.Client;

namespace Temporalio.Common.EnvConfig;

/// <summary>Connection settings in a file and in the environment, by profile.</summary>
/// <param name="Profiles">Profiles by name.</param>
public sealed record ClientEnvConfig(IReadOnlyDictionary<string, ClientEnvConfig.Profile> Profiles)
{
    /// <summary>
    /// Reads all profiles of the file. It is the source of the options, else the file that <c>TEMPORAL_CONFIG_FILE</c> names, else
    /// <c>temporalio/temporal.toml</c> in the user's configuration folder; there need not be one.
    /// </summary>
    /// <exception cref="InvalidOperationException">The file is no TOML or holds what it must not.</exception>
    public static ClientEnvConfig Load(ConfigLoadOptions? options = null)
    {
        options ??= new();
        return ProfileReader.ReadFile(options.ConfigSource, ProfileReader.Environment(options.OverrideEnvVars), options.ConfigFileStrict);
    }

    /// <summary>Reads one profile as options for connecting.</summary>
    /// <exception cref="InvalidOperationException">The file is wrong, or the profile asked for is not there.</exception>
    public static TemporalClientConnectOptions LoadClientConnectOptions(ProfileLoadOptions? options = null) =>
        Profile.Load(options).ToClientConnectionOptions();

    /// <summary>Reads profiles from dictionaries as <see cref="ToDictionary" /> makes them.</summary>
    public static ClientEnvConfig FromDictionary(IReadOnlyDictionary<string, Dictionary<string, object>> profileDictionaries) =>
        new(profileDictionaries.ToDictionary(pair => pair.Key, pair => Profile.FromDictionary(pair.Value)));

    /// <summary>Writes profiles as dictionaries with the names of the file.</summary>
    public IReadOnlyDictionary<string, Dictionary<string, object>> ToDictionary() =>
        Profiles.ToDictionary(pair => pair.Key, pair => pair.Value.ToDictionary());

    /// <summary>How a file is read.</summary>
    public sealed class ConfigLoadOptions : ICloneable
    {
        /// <summary>The file's bytes or path; null: found by the environment.</summary>
        public DataSource? ConfigSource { get; set; }

        /// <summary>Whether names that are not known are errors.</summary>
        public bool ConfigFileStrict { get; set; }

        /// <summary>Variables in place of the process's; null: the process's.</summary>
        public IReadOnlyDictionary<string, string>? OverrideEnvVars { get; set; }

        /// <inheritdoc />
        public object Clone() => MemberwiseClone();
    }

    /// <summary>How one profile is read.</summary>
    public sealed class ProfileLoadOptions : ICloneable
    {
        /// <summary>Name; null: <c>TEMPORAL_PROFILE</c>, else <c>default</c>, which need not be there.</summary>
        public string? Profile { get; set; }

        /// <summary>The file's bytes or path; null: found by the environment.</summary>
        public DataSource? ConfigSource { get; set; }

        /// <summary>Whether no file is read.</summary>
        public bool DisableFile { get; set; }

        /// <summary>Whether no variables are read.</summary>
        public bool DisableEnv { get; set; }

        /// <summary>Whether names in the file that are not known are errors.</summary>
        public bool ConfigFileStrict { get; set; }

        /// <summary>Variables in place of the process's; null: the process's.</summary>
        public IReadOnlyDictionary<string, string>? OverrideEnvVars { get; set; }

        /// <inheritdoc />
        public object Clone() => MemberwiseClone();
    }

    /// <summary>Settings of one profile; null: not said.</summary>
    /// <param name="Address">Address as <c>host:port</c>.</param>
    /// <param name="Namespace">Namespace.</param>
    /// <param name="ApiKey">API key; it turns TLS on.</param>
    /// <param name="Tls">TLS.</param>
    /// <param name="GrpcMeta">Headers of every call.</param>
    public sealed record Profile(
        string? Address = null,
        string? Namespace = null,
        string? ApiKey = null,
        Tls? Tls = null,
        IReadOnlyDictionary<string, string>? GrpcMeta = null
    )
    {
        /// <summary>Reads one profile from the file and, over it, the environment.</summary>
        /// <exception cref="InvalidOperationException">The file is wrong, or the profile asked for is not there.</exception>
        public static Profile Load(ProfileLoadOptions? options = null) => ProfileReader.Read(options ?? new());

        /// <summary>Reads a dictionary as <see cref="ToDictionary" /> makes it.</summary>
        public static Profile FromDictionary(IReadOnlyDictionary<string, object> dictionary) =>
            new(
                dictionary.GetValueOrDefault("address") as string,
                dictionary.GetValueOrDefault("namespace") as string,
                dictionary.GetValueOrDefault("api_key") as string,
                dictionary.GetValueOrDefault("tls") is IReadOnlyDictionary<string, object> tls
                    ? EnvConfig.ClientEnvConfig.Tls.FromDictionary(tls)
                    : null,
                dictionary.GetValueOrDefault("grpc_meta") as IReadOnlyDictionary<string, string>
            );

        /// <summary>Writes what is said, with the names of the file.</summary>
        public Dictionary<string, object> ToDictionary()
        {
            var values = new Dictionary<string, object>();
            ProfileReader.Put(values, "address", Address);
            ProfileReader.Put(values, "namespace", Namespace);
            ProfileReader.Put(values, "api_key", ApiKey);
            ProfileReader.Put(values, "tls", Tls?.ToDictionary());
            ProfileReader.Put(values, "grpc_meta", GrpcMeta is { Count: > 0 } ? new Dictionary<string, string>(GrpcMeta) : null);
            return values;
        }

        /// <summary>Options for connecting.</summary>
        public TemporalClientConnectOptions ToClientConnectionOptions()
        {
            var options = new TemporalClientConnectOptions
            {
                TargetHost = Address,
                ApiKey = ApiKey,
                RpcMetadata = GrpcMeta is { Count: > 0 } meta ? [.. meta] : null,
            };
            if (Namespace is { } ns)
            {
                options.Namespace = ns;
            }

            // What is not said stays so: a key that comes later turns TLS on.
            if (Tls is { } tls)
            {
                options.Tls = tls.Disabled is true ? null : tls.ToTlsOptions();
            }
            else if (ApiKey is not null)
            {
                options.Tls = new();
            }

            return options;
        }
    }

    /// <summary>TLS settings of a profile; null: not said.</summary>
    /// <param name="Disabled">Whether TLS is off.</param>
    /// <param name="ServerName">Name the server's certificate must have.</param>
    /// <param name="ServerRootCACert">Certificate of the authority that signed the server's.</param>
    /// <param name="ClientCert">The client's certificate.</param>
    /// <param name="ClientPrivateKey">Key of the client's certificate.</param>
    public sealed record Tls(
        bool? Disabled = null,
        string? ServerName = null,
        DataSource? ServerRootCACert = null,
        DataSource? ClientCert = null,
        DataSource? ClientPrivateKey = null
    )
    {
        /// <summary>Reads a dictionary as <see cref="ToDictionary" /> makes it.</summary>
        public static Tls FromDictionary(IReadOnlyDictionary<string, object> dictionary) =>
            new(
                dictionary.GetValueOrDefault("disabled") as bool?,
                dictionary.GetValueOrDefault("server_name") as string,
                Source(dictionary, "server_ca_cert"),
                Source(dictionary, "client_cert"),
                Source(dictionary, "client_key")
            );

        /// <summary>Writes what is said.</summary>
        public Dictionary<string, object> ToDictionary()
        {
            var values = new Dictionary<string, object>();
            ProfileReader.Put(values, "disabled", Disabled);
            ProfileReader.Put(values, "server_name", ServerName);
            ProfileReader.Put(values, "server_ca_cert", ServerRootCACert?.ToDictionary());
            ProfileReader.Put(values, "client_cert", ClientCert?.ToDictionary());
            ProfileReader.Put(values, "client_key", ClientPrivateKey?.ToDictionary());
            return values;
        }

        /// <summary>Options for connecting.</summary>
        public TlsOptions ToTlsOptions() =>
            Disabled is true
                ? new() { Disabled = true }
                : new()
                {
                    Domain = ServerName,
                    ServerRootCACert = ServerRootCACert?.GetBytes(),
                    ClientCert = ClientCert?.GetBytes(),
                    ClientPrivateKey = ClientPrivateKey?.GetBytes(),
                };

        private static DataSource? Source(IReadOnlyDictionary<string, object> dictionary, string name) =>
            dictionary.GetValueOrDefault(name) is IReadOnlyDictionary<string, string> source ? DataSource.FromDictionary(source) : null;
    }
}
