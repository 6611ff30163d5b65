namespace Orchestrator.Plans;

/// <summary>Names of files that hold secrets of a machine or a person: environment files and private keys.</summary>
public static class SecretFileName
{
    private static readonly string[] Keys = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];
    private static readonly string[] KeyStores = [".p12", ".pfx", ".jks", ".keystore", ".ppk"];
    private static readonly string[] MaybeKeys = [".pem", ".key"];

    // Files of these endings are committed to show which variables there are.
    private static readonly string[] Examples = [".example", ".sample", ".template", ".dist", ".schema", ".ts"];

    /// <summary>True if the name alone shows that the file holds secrets.</summary>
    public static bool Is(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name == ".env"
            || (name.StartsWith(".env.", StringComparison.Ordinal) && !HasEnding(name, Examples))
            || Keys.Contains(name, StringComparer.Ordinal)
            || HasEnding(name, KeyStores);
    }

    /// <summary>True if the file may be a private key, by its name; its content shows.</summary>
    public static bool MayBeKey(string path) => HasEnding(path, MaybeKeys);

    /// <summary>True for the text of a private key in PEM.</summary>
    public static bool IsKey(string text) => text.Contains("PRIVATE KEY-----", StringComparison.Ordinal);

    private static bool HasEnding(string name, string[] endings) =>
        Array.Exists(endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
