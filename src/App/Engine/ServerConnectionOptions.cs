using Temporalio.Client;
using Temporalio.Common.EnvConfig;

namespace Orchestrator.App.Engine;

/// <summary>
/// Determines the connection options for a Temporal server from the settings. Other options, such as certificates and headers, come from
/// Temporal's client configuration if it applies to that server. This configuration is a profile in <c>temporal.toml</c> and the
/// <c>TEMPORAL_*</c> environment variables.
/// </summary>
internal static class ServerConnectionOptions
{
    /// <summary>Port that is used if the server's address contains no port.</summary>
    public const string DefaultPort = "7233";

    private const string Secure = "https://";

    /// <summary>Returns the options of the connection.</summary>
    /// <exception cref="UseCaseException">The profile is unreadable, or a named profile does not exist.</exception>
    public static TemporalClientConnectOptions Options(TemporalSettings settings, UseCaseServiceBundle context)
    {
        var address = WithPort(settings.Address!);
        var isSecure = settings.Address!.StartsWith(Secure, StringComparison.Ordinal);
        var profile = Load(context);

        // Keys and certificates for one server must not be sent to another server, especially not to one that a repository's files specify.
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

    private static ClientEnvConfig.Profile Load(UseCaseServiceBundle context)
    {
        try
        {
            return ClientEnvConfig.Profile.Load(new() { OverrideEnvVars = context.Environment });
        }
        catch (Exception unreadable) when (unreadable is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The profile for Temporal can't be used: {unreadable.Message}",
                "Correct temporal.toml (TEMPORAL_CONFIG_FILE names it) or the TEMPORAL_* variables; TEMPORAL_PROFILE chooses the profile."
            );
        }
    }

    // The client core accepts only a host and a port. The scheme of a URL determines whether TLS is used.
    private static string WithPort(string address)
    {
        foreach (var scheme in (string[])[Secure, "http://"])
        {
            address = address.StartsWith(scheme, StringComparison.Ordinal) ? address[scheme.Length..].TrimEnd('/') : address;
        }

        return
            address.StartsWith(EngineProcessFinder.SocketPrefix, StringComparison.Ordinal)
            || address.LastIndexOf(':') > address.LastIndexOf(']')
            ? address
            : $"{address}:{DefaultPort}";
    }
}
