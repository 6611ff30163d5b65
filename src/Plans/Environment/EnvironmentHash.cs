using System.Security.Cryptography;

namespace Orchestrator.Plans;

/// <summary>A file that defines the environment, with the SHA-256 hash of its content.</summary>
/// <param name="Path">Path relative to the repository, with forward slashes.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record EnvironmentFile(string Path, string Sha256);

/// <summary>
/// Computes the hash of a project's environment. Equal lock files and manifests give equal hashes, regardless of their order.
/// </summary>
public static class EnvironmentHash
{
    /// <summary>
    /// True if a file is part of the environment, that is, a manifest, lock file or toolchain file that is not inside an installed package.
    /// </summary>
    public static bool Counts(string path)
    {
        var parts = path.Split('/');
        if (parts.SkipLast(1).Any(SkipsFolder))
        {
            return false;
        }
        return Ecosystems.DefinesEnvironment(parts[^1]);
    }

    /// <summary>
    /// True if folders with this name are skipped: folders with installed packages, build output or the orchestrator's own files.
    /// </summary>
    public static bool SkipsFolder(string name) =>
        name
            is "node_modules"
                or ".venv"
                or "venv"
                or "vendor"
                or "bin"
                or "obj"
                or "target"
                or "dist"
                or ".git"
                or ".worktrees"
                or ".orchestrator";

    /// <summary>Selects the files that are part of the environment, sorted by path.</summary>
    public static IReadOnlyList<EnvironmentFile> Select(IEnumerable<EnvironmentFile> files) =>
        [.. files.Where(f => Counts(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal)];

    /// <summary>
    /// Returns the hash of the environment files' paths and contents as 64 lower-case hexadecimal digits. Other files are ignored.
    /// </summary>
    public static string Of(IEnumerable<EnvironmentFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Select(files))
        {
            // A path can't contain NUL, so different lists of files give different input.
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\0{file.Sha256}\n"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>True if the text that the user typed is this hash or a prefix of the hash with at least 6 digits.</summary>
    public static bool Matches(string hash, string given) =>
        given.Trim() is { Length: >= 6 } digits && hash.StartsWith(digits, StringComparison.OrdinalIgnoreCase);
}
