using Orchestrator.Gates.Packages;
using Orchestrator.Plans;

namespace Orchestrator.App.Queries;

/// <summary>Computes the hash over the lock files and manifests of all detected ecosystems.</summary>
public static class EnvironmentCheck
{
    /// <summary>Reads the files, and compares their hash with another.</summary>
    /// <param name="folder">Absolute path of the folder with the files.</param>
    /// <param name="expected">Hash, or its first 6 digits or more; null for no comparison.</param>
    public static EnvironmentDocument Read(string folder, string? expected)
    {
        var files = EnvironmentFiles.Read(folder);
        var hash = EnvironmentHash.Of(files);
        return new EnvironmentDocument(
            hash,
            [.. files.Select(file => new EnvironmentEntry(file.Path, file.Sha256))],
            expected is null ? null : EnvironmentHash.Matches(hash, expected)
        );
    }
}
