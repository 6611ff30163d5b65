using System.Security.Cryptography;

namespace Orchestrator.Plans;

/// <summary>Public key of an approver, who signs decisions about runs with the matching private key.</summary>
/// <param name="Name">Name of the approver, as it appears in records.</param>
/// <param name="PublicKey">ECDSA P-256 key as base64 of its SubjectPublicKeyInfo.</param>
public sealed record ApproverPublicKey(string Name, string PublicKey)
{
    private const int MaxNameLength = 100;
    private const int FingerprintLength = 16;
    private const int KeySize = 256;

    /// <summary>Start of the key's SHA-256 hash in base64, such as <c>SHA256:pSvNi2ODz4vbYl4q</c>.</summary>
    public string Fingerprint =>
        "SHA256:" + Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(PublicKey)))[..FingerprintLength];

    /// <summary>Parses a key in the form <c>NAME KEY</c>. Returns null if the text has another form.</summary>
    public static ApproverPublicKey? TryRead(string text)
    {
        if (text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var name, var key] || !IsName(name))
        {
            return null;
        }
        var approver = new ApproverPublicKey(name, key);
        using var algorithm = approver.TryOpen();
        return algorithm is null ? null : approver;
    }

    /// <summary>True if <paramref name="text"/> is a valid approver name.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@' or '+');

    /// <summary>True if the content was signed with the private key that belongs to this public key.</summary>
    /// <param name="content">The signed bytes.</param>
    /// <param name="signature">The signature, in base64.</param>
    public bool HasSigned(ReadOnlySpan<byte> content, string signature)
    {
        using var algorithm = TryOpen();
        Span<byte> bytes = stackalloc byte[KeySize];
        return algorithm is not null
            && Convert.TryFromBase64String(signature, bytes, out var length)
            && algorithm.VerifyData(content, bytes[..length], HashAlgorithmName.SHA256);
    }

    /// <summary>Returns the key in the form <c>NAME KEY</c>.</summary>
    public override string ToString() => $"{Name} {PublicKey}";

    private ECDsa? TryOpen()
    {
        var algorithm = ECDsa.Create();
        try
        {
            algorithm.ImportSubjectPublicKeyInfo(Convert.FromBase64String(PublicKey), out _);
            if (algorithm.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
            {
                return algorithm;
            }
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or FormatException)
        {
            // Not a key, as the result says.
        }
        algorithm.Dispose();
        return null;
    }
}
