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

    private const string OfficialName = "temporal-dotnet";

    private const uint ComparesIds = 1;
    private const uint ListsPatches = 2;
    private const uint MovesCompletion = 3;

    // Rules of the .NET SDK: the command that closes a run is moved to the end (by now the core's rule), and code runs once for all that
    // happened, with one condition at a time.
    private const uint DotnetMovesCompletion = 1;
    private const uint DotnetRunsOnce = 2;

    private static readonly uint[] Ours = [ComparesIds, ListsPatches, MovesCompletion];
    private readonly HashSet<uint> _known = [];
    private readonly HashSet<uint> _knownOfDotnet = [];
    private bool _oldDotnet;
    private string _lastWriter = string.Empty;
    private uint[] _pending = [];
    private bool _firstOfOurs;

    /// <summary>Version that our workers leave in history.</summary>
    public static string Version { get; } = typeof(SdkFlags).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Whether commands and events are compared by type and id, not by kind alone.</summary>
    public bool CompareIds => _known.Contains(ComparesIds);

    /// <summary>Whether a patch marker is followed by a search attribute that lists all patches.</summary>
    public bool PatchesListed => _known.Contains(ListsPatches);

    /// <summary>Whether the command that closes the run comes after all others of its task, also those that were issued later.</summary>
    public bool CompletionLast => !_oldDotnet || _known.Contains(MovesCompletion) || _knownOfDotnet.Contains(DotnetMovesCompletion);

    /// <summary>
    /// Whether the run was begun by an early release of the official .NET SDK, in which code ran after each single thing that happened and
    /// all conditions that were true went on together.
    /// </summary>
    public bool RunsStepByStep => _oldDotnet && !_knownOfDotnet.Contains(DotnetRunsOnce);

    /// <summary>Reads what a completed task says.</summary>
    public void Read(WorkflowTaskCompletedMetadata? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        // Early releases did not give their name.
        _oldDotnet |= _known.Count == 0 && _lastWriter.Length == 0 && metadata is { SdkName: "" or OfficialName, CoreUsedFlags.Count: > 0 };
        _known.UnionWith(metadata.CoreUsedFlags);
        if (_oldDotnet)
        {
            _knownOfDotnet.UnionWith(metadata.LangUsedFlags);
        }

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
            _firstOfOurs = true;
            _known.UnionWith(Ours);
        }
    }

    /// <summary>What a task that is completed now says: only what is new.</summary>
    public WorkflowTaskCompletedMetadata Write()
    {
        var metadata = new WorkflowTaskCompletedMetadata();
        metadata.CoreUsedFlags.AddRange(_pending);
        if (_firstOfOurs)
        {
            // So that the official SDK, too, goes on as this run was begun.
            metadata.LangUsedFlags.Add(DotnetRunsOnce);
        }

        (_pending, _firstOfOurs) = ([], false);
        var writer = $"{Name} {Version}";
        if (_lastWriter != writer)
        {
            _lastWriter = writer;
            (metadata.SdkName, metadata.SdkVersion) = (Name, Version);
        }

        return metadata;
    }
}
