using Orchestrator.Gates.Packages;

namespace Orchestrator.App.Queries;

/// <summary>Computes a hash of the lock files and manifests of all detected package ecosystems.</summary>
public static class LockFileHashCalculator
{
    /// <summary>Computes the hash of the lock files and manifests in a folder, and compares it with an expected hash.</summary>
    /// <param name="folder">Absolute path of the folder that contains the files.</param>
    /// <param name="expected">The expected hash or at least its first 6 digits, or null to compare nothing.</param>
    public static LockFilesDocument Read(string folder, string? expected)
    {
        var files = LockAndManifestFileFinder.Read(folder);
        var hash = EnvironmentHash.Of(files);
        return new LockFilesDocument(
            hash,
            [.. files.Select(file => new EnvironmentEntry(file.Path, file.Sha256))],
            expected is null ? null : EnvironmentHash.Matches(hash, expected)
        );
    }
}
