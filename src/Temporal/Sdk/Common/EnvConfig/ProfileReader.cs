using System.Collections;
using Tables = System.Collections.Generic.Dictionary<string, object>;

namespace Temporalio.Common.EnvConfig;

/// <summary>Finds and reads profiles.</summary>
internal static class ProfileReader
{
    private const string DefaultProfile = "default";

    private const string MetaPrefix = "TEMPORAL_GRPC_META_";

    private static readonly string[] ProfileNames = ["address", "namespace", "api_key", "tls", "grpc_meta", "codec"];

    private static readonly string[] TlsNames =
    [
        "disabled",
        "server_name",
        "server_ca_cert_path",
        "server_ca_cert_data",
        "client_cert_path",
        "client_cert_data",
        "client_key_path",
        "client_key_data",
        "disable_host_verification",
    ];

    /// <summary>The given variables, else those of the process.</summary>
    public static IReadOnlyDictionary<string, string> Environment(IReadOnlyDictionary<string, string>? given)
    {
        if (given is not null)
        {
            return given;
        }

        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
        }

        return variables;
    }

    /// <summary>All profiles of a file; none when there is no file.</summary>
    public static ClientEnvConfig ReadFile(DataSource? source, IReadOnlyDictionary<string, string> variables, bool strict)
    {
        var place = source?.Path ?? (source is null ? PathOf(variables) : "the given configuration");
        string text;
        if (source?.Data is { } data)
        {
            text = System.Text.Encoding.UTF8.GetString(data);
        }
        else if (place is not null && File.Exists(place))
        {
            text = File.ReadAllText(place);
        }
        else
        {
            return new(new Dictionary<string, ClientEnvConfig.Profile>());
        }

        var root = TomlReader.Read(text, place);
        RequireKnown(root, ["profile"], place, string.Empty, strict);
        var profiles = new Dictionary<string, ClientEnvConfig.Profile>();
        foreach (var (name, value) in root.GetValueOrDefault("profile") as Tables ?? [])
        {
            profiles[name] = value is Tables table
                ? ProfileOf(table, place, name, strict)
                : throw new InvalidOperationException($"{place}: 'profile.{name}' is not a table.");
        }

        return new(profiles);
    }

    /// <summary>One profile, from the file and, over it, the variables.</summary>
    public static ClientEnvConfig.Profile Read(ClientEnvConfig.ProfileLoadOptions options)
    {
        if (options is { DisableFile: true, DisableEnv: true })
        {
            throw new InvalidOperationException("Cannot disable both file and environment: nothing is left to read a profile from.");
        }

        var variables = options.DisableEnv ? new Dictionary<string, string>() : Environment(options.OverrideEnvVars);
        var name = options.Profile ?? Said(variables, "TEMPORAL_PROFILE");
        ClientEnvConfig.Profile? profile = null;
        if (
            !options.DisableFile
            && !ReadFile(options.ConfigSource, variables, options.ConfigFileStrict)
                .Profiles.TryGetValue(name ?? DefaultProfile, out profile)
            && name is not null
        )
        {
            throw new InvalidOperationException($"Profile '{name}' not found in the Temporal configuration file.");
        }

        return Overlaid(profile ?? new(), variables);
    }

    /// <summary>Puts a value unless it is not said.</summary>
    public static void Put(Tables values, string name, object? value)
    {
        if (value is not null)
        {
            values[name] = value;
        }
    }

    private static string? PathOf(IReadOnlyDictionary<string, string> variables)
    {
        if (Said(variables, "TEMPORAL_CONFIG_FILE") is { } path)
        {
            return path;
        }

        var folder =
            Said(variables, "XDG_CONFIG_HOME") ?? System.Environment.GetFolderPath(System.Environment.SpecialFolder.ApplicationData);
        return folder.Length == 0 ? null : Path.Combine(folder, "temporalio", "temporal.toml");
    }

    private static string? Said(IReadOnlyDictionary<string, string> variables, string name) =>
        variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    private static ClientEnvConfig.Profile ProfileOf(Tables table, string? place, string name, bool strict)
    {
        RequireKnown(table, ProfileNames, place, $"profile.{name}.", strict);
        var tls = table.GetValueOrDefault("tls") as Tables;
        if (tls is not null)
        {
            RequireKnown(tls, TlsNames, place, $"profile.{name}.tls.", strict);
        }

        return new(
            table.GetValueOrDefault("address") as string,
            table.GetValueOrDefault("namespace") as string,
            table.GetValueOrDefault("api_key") as string,
            tls is null
                ? null
                : new(
                    tls.GetValueOrDefault("disabled") as bool?,
                    tls.GetValueOrDefault("server_name") as string,
                    SourceOf(key => tls.GetValueOrDefault(key) as string, "server_ca_cert", "_path", "_data"),
                    SourceOf(key => tls.GetValueOrDefault(key) as string, "client_cert", "_path", "_data"),
                    SourceOf(key => tls.GetValueOrDefault(key) as string, "client_key", "_path", "_data")
                ),
            (table.GetValueOrDefault("grpc_meta") as Tables)?.ToDictionary(
                pair => HeaderName(pair.Key),
                pair => pair.Value.ToString() ?? string.Empty
            )
        );
    }

    private static ClientEnvConfig.Profile Overlaid(ClientEnvConfig.Profile profile, IReadOnlyDictionary<string, string> variables)
    {
        var meta = new Dictionary<string, string>(profile.GrpcMeta ?? new Dictionary<string, string>());
        foreach (var (name, value) in variables.Where(pair => pair.Key.StartsWith(MetaPrefix, StringComparison.Ordinal)))
        {
            // An empty value takes the header away.
            if (value.Length == 0)
            {
                meta.Remove(HeaderName(name[MetaPrefix.Length..]));
            }
            else
            {
                meta[HeaderName(name[MetaPrefix.Length..])] = value;
            }
        }

        return new(
            Said(variables, "TEMPORAL_ADDRESS") ?? profile.Address,
            Said(variables, "TEMPORAL_NAMESPACE") ?? profile.Namespace,
            Said(variables, "TEMPORAL_API_KEY") ?? profile.ApiKey,
            TlsOf(profile.Tls, variables),
            meta.Count == 0 ? null : meta
        );
    }

    private static ClientEnvConfig.Tls? TlsOf(ClientEnvConfig.Tls? tls, IReadOnlyDictionary<string, string> variables)
    {
        bool? disabled = Said(variables, "TEMPORAL_TLS") is { } wanted
            ? wanted.ToUpperInvariant() switch
            {
                "TRUE" or "1" => false,
                "FALSE" or "0" => true,
                _ => throw new InvalidOperationException($"TEMPORAL_TLS is 'true' or 'false', not '{wanted}'."),
            }
            : null;
        var found = new ClientEnvConfig.Tls(
            disabled ?? tls?.Disabled,
            Said(variables, "TEMPORAL_TLS_SERVER_NAME") ?? tls?.ServerName,
            FromVariables("TEMPORAL_TLS_SERVER_CA_CERT", tls?.ServerRootCACert),
            FromVariables("TEMPORAL_TLS_CLIENT_CERT", tls?.ClientCert),
            FromVariables("TEMPORAL_TLS_CLIENT_KEY", tls?.ClientPrivateKey)
        );
        return tls is null && found == new ClientEnvConfig.Tls() ? null : found;

        // A path here and data there would be two answers to one question: whoever set the one may not know of the other.
        DataSource? FromVariables(string name, DataSource? ofFile) =>
            (SourceOf(key => Said(variables, key), name, "_PATH", "_DATA"), ofFile) switch
            {
                ({ Path: not null }, { Data: not null }) => throw new InvalidOperationException(
                    $"Cannot specify {name}_PATH: the configuration file has data for it already."
                ),
                ({ Data: not null }, { Path: not null }) => throw new InvalidOperationException(
                    $"Cannot specify {name}_DATA: the configuration file has a path for it already."
                ),
                var (said, _) => said ?? ofFile,
            };
    }

    private static DataSource? SourceOf(Func<string, string?> get, string name, string pathSuffix, string dataSuffix) =>
        (get(name + pathSuffix), get(name + dataSuffix)) switch
        {
            ({ }, { }) => throw new InvalidOperationException($"Cannot specify both {name}{pathSuffix} and {name}{dataSuffix}."),
            ({ } path, _) => DataSource.FromPath(path),
            (_, { } data) => DataSource.FromUTF8String(data),
            _ => null,
        };

    private static string HeaderName(string name) => name.Replace('_', '-').ToLowerInvariant();

    private static void RequireKnown(Tables table, string[] known, string? place, string path, bool strict)
    {
        if (strict && table.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new InvalidOperationException($"{place}: '{path}{unknown}' is unrecognized. Known: {string.Join(", ", known)}.");
        }
    }
}
