using Temporalio.Api.Enums.V1;
using Temporalio.Common;

namespace Temporalio.Worker.Workflows;

/// <summary>Which changes of its code a run takes part in.</summary>
internal sealed class WorkflowPatches(WorkflowInstance instance)
{
    // Temporal's servers take no longer values of a search attribute.
    private const int MaximumChangeVersionLength = 2048;

    private readonly SortedSet<string> _recorded = new(StringComparer.Ordinal);
    private Dictionary<string, bool>? _patches;
    private HashSet<string>? _inHistory;

    /// <summary>Whether the run writes the search attribute that lists its patches; histories of old SDKs do not have it.</summary>
    public bool Listed { get; set; } = true;

    /// <summary>History has the marker of a patch.</summary>
    public void NoteRecorded(string id) => (_inHistory ??= []).Add(id);

    /// <summary>Whether changed code may run; the first call decides, and writes a marker.</summary>
    public bool IsActive(string id)
    {
        if (_patches is not null && _patches.TryGetValue(id, out var known))
        {
            return known;
        }

        var inHistory = _inHistory?.Contains(id) == true;
        if (instance.Guard.IsLooking)
        {
            // Where nothing may be recorded, only what is recorded counts; code that would decide now must not be here.
            return inHistory || (!instance.IsReplaying && instance.Guard.MayAct());
        }

        var active =
            inHistory
            || (
                !instance.IsReplaying
                && (
                    instance.Options.PatchActivation is not { } activation
                    || instance.Guard.Looking("Patch activation callback", () => activation(new(instance.Info, id)))
                )
            );
        (_patches ??= [])[id] = active;
        if (active)
        {
            Record(id, deprecated: false);
        }

        return active;
    }

    /// <summary>The code before the patch is gone.</summary>
    public void Deprecate(string id)
    {
        if (_patches?.ContainsKey(id) == true)
        {
            return;
        }

        instance.Guard.MayAct();
        (_patches ??= [])[id] = true;
        if (!instance.IsReplaying || _inHistory?.Contains(id) == true)
        {
            Record(id, deprecated: true);
        }
    }

    private void Record(string id, bool deprecated)
    {
        instance.Commands.Issue(
            new(new() { CommandType = CommandType.RecordMarker, RecordMarkerCommandAttributes = Markers.OfPatch(id, deprecated) })
        );
        _recorded.Add(id);
        if (!Listed)
        {
            return;
        }

        var payload = SearchAttributePayloads.ToPayload(SearchAttributeKey.CreateKeywordList(Markers.ChangeVersion), _recorded.ToArray());
        if (payload.Data.Length <= MaximumChangeVersionLength)
        {
            instance.Properties.Upsert(new() { IndexedFields = { [Markers.ChangeVersion] = payload } }, []);
        }
    }
}
