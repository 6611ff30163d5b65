using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Temporalio.Client;

/// <summary>TLS options as .NET's TLS client wants them.</summary>
internal static class TlsSettings
{
    /// <summary>Null when the connection is in clear text.</summary>
    /// <exception cref="ArgumentException">A certificate or key cannot be read, or one is without the other.</exception>
    public static SslClientAuthenticationOptions? From(TemporalConnectionOptions options)
    {
        var isSocket = options.TargetHost!.StartsWith("unix:", StringComparison.Ordinal);
        var tls = options.Tls ?? (options.ApiKey is not null && !options.TlsIsSaid && !isSocket ? new TlsOptions() : null);
        if (tls is null || tls.Disabled)
        {
            return null;
        }

        var settings = new SslClientAuthenticationOptions { TargetHost = tls.Domain };
        if (tls.ServerRootCACert is { } root)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPem(Pem(root, "ServerRootCACert"));
            settings.CertificateChainPolicy = policy;
        }

        if (tls.ClientCert is null != tls.ClientPrivateKey is null)
        {
            throw new ArgumentException("TLS needs both ClientCert and ClientPrivateKey, or neither.");
        }

        if (tls.ClientCert is { } certificate)
        {
            settings.ClientCertificates =
            [
                X509Certificate2.CreateFromPem(Pem(certificate, "ClientCert"), Pem(tls.ClientPrivateKey!, "ClientPrivateKey")),
            ];
        }

        return settings;
    }

    private static string Pem(byte[] bytes, string what)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return text.Contains("-----BEGIN", StringComparison.Ordinal)
            ? text
            : throw new ArgumentException($"TLS option {what} is not in PEM format.");
    }
}
