namespace Orchestrator.Plans;

/// <summary>Recognizes, by their names, files that contain secrets of a host or user: environment files and private keys.</summary>
public static class SecretFileName
{
    private static readonly string[] Keys = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];
    private static readonly string[] KeyStores = [".p12", ".pfx", ".jks", ".keystore", ".ppk"];
    private static readonly string[] MaybeKeys = [".pem", ".key"];

    // Files with these extensions are committed on purpose to document the variables.
    private static readonly string[] Examples = [".example", ".sample", ".template", ".dist", ".schema", ".ts"];

    /// <summary>True if the name alone shows that the file contains secrets.</summary>
    public static bool Is(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name == ".env"
            || (name.StartsWith(".env.", StringComparison.Ordinal) && !HasEnding(name, Examples))
            || Keys.Contains(name, StringComparer.Ordinal)
            || HasEnding(name, KeyStores);
    }

    /// <summary>True if the name suggests that the file is a private key. Only its content can confirm that.</summary>
    public static bool MayBeKey(string path) => HasEnding(path, MaybeKeys);

    /// <summary>True if the text contains a private key in PEM format.</summary>
    public static bool IsKey(string text) => text.Contains("PRIVATE KEY-----", StringComparison.Ordinal);

    private static bool HasEnding(string name, string[] endings) =>
        Array.Exists(endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
