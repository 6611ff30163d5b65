using Temporalio.Client;
using Temporalio.Common.EnvConfig;

namespace Orchestrator.App.Engine;

/// <summary>Resolves the connection to a Temporal server from our settings. Missing values (certificates, server name, headers) come from
/// the configuration of Temporal's own tools: a profile in <c>temporal.toml</c> and the variables <c>TEMPORAL_*</c>.</summary>
internal static class ServerProfile
{
    /// <summary>Port of a server whose address has none.</summary>
    public const string DefaultPort = "7233";

    private const string Secure = "https://";

    /// <summary>Returns the options for the connection.</summary>
    /// <exception cref="UseCaseException">The profile is unreadable, or a named profile does not exist.</exception>
    public static TemporalClientConnectOptions Options(TemporalSettings settings, UseCaseContext context)
    {
        var address = WithPort(settings.Address!);
        var isSecure = settings.Address!.StartsWith(Secure, StringComparison.Ordinal);
        var profile = Load(context);

        // Keys and certificates for one server must not be sent to another one, nor to a server that a repository's files name.
        var isOfThisServer = profile.Address is { } own ? WithPort(own) == address : !settings.IsAddressOfRepository;
        var options = (isOfThisServer ? profile : new ClientEnvConfig.Profile()).ToClientConnectionOptions();
        var target = EngineAddress.ClientOptions(address);
        options.TargetHost = target.TargetHost;
        options.HttpConnectProxy = target.HttpConnectProxy ?? options.HttpConnectProxy;
        options.Namespace = settings.IsNamespaceSet ? settings.Namespace : options.Namespace;
        options.ApiKey = settings.ApiKey?.Resolve(context.Variables.GetValueOrDefault, File.ReadAllText) ?? options.ApiKey;
        if (!isOfThisServer || profile.Tls?.Disabled is not true)
        {
            options.Tls ??= settings.Tls || isSecure || options.ApiKey is not null ? new TlsOptions() : null;
        }

        return options;
    }

    private static ClientEnvConfig.Profile Load(UseCaseContext context)
    {
        try
        {
            return ClientEnvConfig.Profile.Load(new() { OverrideEnvVars = context.Environment });
        }
        catch (Exception unreadable) when (unreadable is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new UseCaseException(
                Outcome.Usage,
                $"The profile for Temporal can't be used: {unreadable.Message}",
                "Correct temporal.toml (TEMPORAL_CONFIG_FILE names it) or the TEMPORAL_* variables; TEMPORAL_PROFILE chooses the profile."
            );
        }
    }

    // The client core accepts only host and port. The scheme of a URL decides about TLS.
    private static string WithPort(string address)
    {
        foreach (var scheme in (string[])[Secure, "http://"])
        {
            address = address.StartsWith(scheme, StringComparison.Ordinal) ? address[scheme.Length..].TrimEnd('/') : address;
        }

        return
            address.StartsWith(EngineOwners.SocketPrefix, StringComparison.Ordinal) || address.LastIndexOf(':') > address.LastIndexOf(']')
            ? address
            : $"{address}:{DefaultPort}";
    }
}
