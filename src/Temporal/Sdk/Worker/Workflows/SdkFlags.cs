using Temporalio.Api.Sdk.V1;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// Which rules a run's history was written by, as its workflow tasks say in <c>sdkMetadata</c>. The numbers are those of Temporal's native
/// core, which reads our histories and whose histories we read.
/// </summary>
internal sealed class SdkFlags
{
    /// <summary>Name that our workers leave in history.</summary>
    public const string Name = "temporal-dotnet-managed";

    private const uint ComparesIds = 1;
    private const uint ListsPatches = 2;
    private const uint Newest = 3;

    private static readonly uint[] Ours = [ComparesIds, ListsPatches, Newest];
    private readonly HashSet<uint> _known = [];
    private string _lastWriter = string.Empty;
    private uint[] _pending = [];

    /// <summary>Version that our workers leave in history.</summary>
    public static string Version { get; } = typeof(SdkFlags).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Whether commands and events are compared by type and id, not by kind alone.</summary>
    public bool CompareIds => _known.Contains(ComparesIds);

    /// <summary>Whether a patch marker is followed by a search attribute that lists all patches.</summary>
    public bool PatchesListed => _known.Contains(ListsPatches);

    /// <summary>Reads what a completed task says.</summary>
    public void Read(WorkflowTaskCompletedMetadata? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        _known.UnionWith(metadata.CoreUsedFlags);
        if (metadata.SdkName.Length > 0)
        {
            _lastWriter = $"{metadata.SdkName} {metadata.SdkVersion}";
        }
    }

    /// <summary>Switches our own rules on, at the first task of a run that is not replayed.</summary>
    public void UseOurs(bool firstTask)
    {
        if (firstTask)
        {
            _pending = [.. Ours.Where(flag => !_known.Contains(flag))];
            _known.UnionWith(Ours);
        }
    }

    /// <summary>What a task that is completed now says: only what is new.</summary>
    public WorkflowTaskCompletedMetadata Write()
    {
        var metadata = new WorkflowTaskCompletedMetadata();
        metadata.CoreUsedFlags.AddRange(_pending);
        _pending = [];
        var writer = $"{Name} {Version}";
        if (_lastWriter != writer)
        {
            _lastWriter = writer;
            (metadata.SdkName, metadata.SdkVersion) = (Name, Version);
        }

        return metadata;
    }
}
