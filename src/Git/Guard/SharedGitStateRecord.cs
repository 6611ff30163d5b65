using System.Text.Json.Serialization;

namespace Orchestrator.Git.Guard;

/// <summary>State of the repository, recorded before an agent starts.</summary>
/// <param name="Files">Shared files by name relative to the common directory.</param>
/// <param name="Branches">The user's branches and tags.</param>
internal sealed record SharedGitStateRecord(IReadOnlyDictionary<string, SharedGitFileRecord> Files, UserBranchAndTagRecord Branches)
{
    /// <summary>Contents of small files by hash. Larger contents are in <see cref="SharedGitFileContentStore"/>.</summary>
    public IReadOnlyDictionary<string, byte[]> Contents { get; set; } = new Dictionary<string, byte[]>();
}

/// <summary>Generated JSON serializer for guard records. Generated for speed, because a record can have several thousand lines and each
/// agent run writes and reads one.</summary>
[JsonSerializable(typeof(SharedGitStateRecord))]
internal sealed partial class SharedGitStateJsonContext : JsonSerializerContext;
