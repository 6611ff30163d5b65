using System.Text.Json.Serialization;

namespace Orchestrator.Git.Guard;

/// <summary>The state that was recorded before an agent started.</summary>
/// <param name="Files">Shared files by their name in the common directory.</param>
/// <param name="Branches">The user's branches and tags.</param>
internal sealed record GuardRecord(IReadOnlyDictionary<string, GuardedFile> Files, UserBranches Branches)
{
    /// <summary>Contents of small files by hash; others are in the store.</summary>
    public IReadOnlyDictionary<string, byte[]> Contents { get; set; } = new Dictionary<string, byte[]>();
}

/// <summary>With many worktrees a record has some thousand lines, and one is written and read for each agent run.</summary>
[JsonSerializable(typeof(GuardRecord))]
internal sealed partial class GuardRecordJson : JsonSerializerContext;
