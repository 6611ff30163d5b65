using System.Security.Cryptography;

namespace Orchestrator.App.Access;

/// <summary>
/// The user's key for signing decisions about runs. Only the user can read its file, which is hidden from every sandbox. The key is created
/// when it is first needed.
/// </summary>
/// <param name="folder">Absolute path of the private folder with the key.</param>
public sealed class DecisionSigningKey(string folder)
{
    /// <summary>Opens the key with which a user signs decisions.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static DecisionSigningKey Of(IReadOnlyDictionary<string, string> environment) =>
        new(Path.Combine(Gates.UserStateFolder.RootOf(environment), Gates.UserStateFolder.ApprovalFolder));

    /// <summary>Absolute path of the key's file.</summary>
    public string File { get; } = Path.Combine(folder, "key.pem");

    /// <summary>Returns the public key together with the approver's name.</summary>
    /// <param name="name">Name of the approver.</param>
    /// <exception cref="IOException">The file can't be read or written, or contains no such key.</exception>
    public ApproverPublicKey PublicKey(string name)
    {
        using var key = Open();
        return PublicKeyOf(key, name);
    }

    /// <summary>Signs the given bytes with the key. Returns the key's fingerprint and the signature.</summary>
    /// <returns>The fingerprint of the key, and the signature in base64.</returns>
    /// <exception cref="IOException">The file can't be read or written, or contains no such key.</exception>
    public (string Fingerprint, string Value) Sign(ReadOnlySpan<byte> content)
    {
        using var key = Open();
        return (PublicKeyOf(key, "").Fingerprint, Convert.ToBase64String(key.SignData(content, HashAlgorithmName.SHA256)));
    }

    private static ApproverPublicKey PublicKeyOf(ECDsa key, string name) =>
        new(name, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()));

    private ECDsa Open()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            if (DurableFile.TryRead(File) is null)
            {
                PrivateFolder.Make(folder);
                DurableFile.TryCreate(File, key.ExportPkcs8PrivateKeyPem() + "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
            key.ImportFromPem(DurableFile.TryRead(File));
            return key;
        }
        catch (Exception unusable) when (unusable is UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new IOException($"The key {File} can't be used: {unusable.Message}", unusable);
        }
    }
}
