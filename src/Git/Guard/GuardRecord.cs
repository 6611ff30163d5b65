using System.Text.Json.Serialization;

namespace Orchestrator.Git.Guard;

/// <summary>State of the repository, recorded before an agent starts.</summary>
/// <param name="Files">Shared files by name relative to the common directory.</param>
/// <param name="Branches">The user's branches and tags.</param>
internal sealed record GuardRecord(IReadOnlyDictionary<string, GuardedFile> Files, UserBranches Branches)
{
    /// <summary>Contents of small files by hash. Larger contents are in <see cref="GuardStore"/>.</summary>
    public IReadOnlyDictionary<string, byte[]> Contents { get; set; } = new Dictionary<string, byte[]>();
}

/// <summary>Generated JSON serializer for guard records. Generated for speed, because a record can have several thousand lines and each
/// agent run writes and reads one.</summary>
[JsonSerializable(typeof(GuardRecord))]
internal sealed partial class GuardRecordJson : JsonSerializerContext;
