using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Cli.Tests;

/// <summary>A certificate for <c>localhost</c> that only itself vouches for, as an authority of one's own would.</summary>
internal static class TestCertificate
{
    /// <summary>Makes one, as <c>cert.pem</c> and <c>key.pem</c> in the fixture's folder.</summary>
    /// <returns>The certificate.</returns>
    public static string Write(CliFixture cli)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var text = certificate.ExportCertificatePem();
        cli.Write("cert.pem", text);
        cli.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        return text;
    }
}
