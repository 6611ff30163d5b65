using System.Text.Json.Serialization;

namespace Orchestrator.Git.Guard;

/// <summary>State of the repository, recorded before an agent starts.</summary>
/// <param name="Files">Shared files by name relative to the common directory.</param>
/// <param name="Branches">The user's branches and tags.</param>
internal sealed record SharedGitStateRecord(IReadOnlyDictionary<string, SharedGitAdminFileRecord> Files, UserBranchAndTagRecord Branches)
{
    /// <summary>Contents of small files by hash. Larger contents are in <see cref="SharedGitAdminFileContentStore"/>.</summary>
    public IReadOnlyDictionary<string, byte[]> Contents { get; set; } = new Dictionary<string, byte[]>();
}

/// <summary>
/// Source-generated JSON serializer for records of the repository's state, chosen for speed. A record can have several thousand entries,
/// and each agent run writes and reads one.
/// </summary>
[JsonSerializable(typeof(SharedGitStateRecord))]
internal sealed partial class SharedGitStateJsonContext : JsonSerializerContext;
