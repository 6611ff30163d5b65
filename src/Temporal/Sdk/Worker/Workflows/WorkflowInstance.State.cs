using Microsoft.Extensions.Logging;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <content>What workflow code can see and change without waiting.</content>
internal sealed partial class WorkflowInstance
{
    // Temporal's servers take no longer values of a search attribute.
    private const int MaximumChangeVersionLength = 2048;

    private readonly SortedSet<string> _recordedPatches = new(StringComparer.Ordinal);
    private Dictionary<string, bool>? _patches;
    private HashSet<string>? _patchesInHistory;
    private Memo? _memo;
    private SearchAttributes? _searchAttributes;
    private SearchAttributeCollection? _typedSearchAttributes;
    private Dictionary<string, IRawValue>? _memoValues;
    private ILogger? _logger;
    private MetricMeter? _metricMeter;

    public CancellationToken CancellationToken => _cancellation.Token;

    public WorkflowInfo Info { get; }

    public object? Instance { get; private set; }

    public DateTime UtcNow { get; private set; }

    public bool ContinueAsNewSuggested { get; set; }

    public IReadOnlyCollection<Temporalio.Workflows.SuggestContinueAsNewReason> SuggestedContinueAsNewReasons { get; set; } = [];

    public WorkerDeploymentVersion? CurrentDeploymentVersion { get; set; }

    /// <summary>Build id of the worker that does the current task, or did it where it is replayed.</summary>
    public string CurrentBuildId { get; set; } = string.Empty;

    public bool TargetWorkerDeploymentVersionChanged { get; set; }

    public string CurrentDetails { get; set; } = string.Empty;

    public int CurrentHistoryLength { get; set; }

    public int CurrentHistorySize { get; set; }

    public bool IsReplaying => Commands.Replaying || _answering;

    /// <summary>
    /// Whether the state is rebuilt, so that what the code tells was told before; unlike <see cref="IsReplaying"/> not for a query of a run
    /// that is up to date.
    /// </summary>
    public bool IsRebuilding => Commands.Replaying;

    public bool IsReplayingHistoryEvents => Commands.Replaying && _lookingCode is null;

    public IPayloadConverter PayloadConverter => _converter.PayloadConverter;

    public DeterministicRandom Random { get; private set; }

    public ILogger Logger =>
        _logger ??= new ReplaySafeLogger(_options.LoggerFactory.CreateLogger($"Temporalio.Workflow:{Info.WorkflowType}"), this);

    public MetricMeter MetricMeter =>
        _metricMeter ??= new ReplaySafeMetricMeter(
            _options.MetricMeter.WithTags([
                new("namespace", Info.Namespace),
                new("task_queue", Info.TaskQueue),
                new("workflow_type", Info.WorkflowType),
            ]),
            () => IsRebuilding
        );

    public IReadOnlyDictionary<string, IRawValue> Memo =>
        _memoValues ??= _memo?.Fields.ToDictionary(f => f.Key, f => (IRawValue)new RawValue(f.Value)) ?? [];

    /// <summary>The memo of the start, without changes.</summary>
    public Memo? StartMemo { get; }

    /// <summary>Search attributes with this run's changes, as payloads.</summary>
    public SearchAttributes? SearchAttributes => _searchAttributes;

    public SearchAttributeCollection TypedSearchAttributes =>
        _typedSearchAttributes ??= _searchAttributes is null
            ? SearchAttributeCollection.Empty
            : SearchAttributeCollection.FromProto(_searchAttributes);

    /// <summary>Workflow time goes on to a moment, never back.</summary>
    public void MoveTime(DateTime now)
    {
        if (now > UtcNow)
        {
            UtcNow = now;
        }
    }

    public Guid NewGuid()
    {
        // A version 4 GUID of the run's own random numbers.
        var bytes = new byte[16];
        Random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }

    /// <summary>History has the marker of a patch.</summary>
    public void NotePatch(string id) => (_patchesInHistory ??= []).Add(id);

    /// <summary>Whether the run writes the search attribute that lists its patches; histories of old SDKs do not have it.</summary>
    public bool ListsPatches { get; set; } = true;

    public bool Patched(string id)
    {
        if (_patches is not null && _patches.TryGetValue(id, out var known))
        {
            return known;
        }

        var inHistory = _patchesInHistory?.Contains(id) == true;
        if (_lookingCode is not null)
        {
            // Where nothing may be recorded, only what is recorded counts; code that would decide now must not be here.
            return inHistory || (!IsReplaying && MayIssue());
        }

        var active =
            inHistory
            || (
                !IsReplaying
                && (_options.PatchActivation is not { } activation || Looking("Patch activation callback", () => activation(new(Info, id))))
            );
        (_patches ??= [])[id] = active;
        if (active)
        {
            RecordPatch(id, deprecated: false);
        }

        return active;
    }

    public void DeprecatePatch(string id)
    {
        if (_patches?.ContainsKey(id) == true)
        {
            return;
        }

        MayIssue();
        (_patches ??= [])[id] = true;
        if (!IsReplaying || _patchesInHistory?.Contains(id) == true)
        {
            RecordPatch(id, deprecated: true);
        }
    }

    public void UpsertMemo(IReadOnlyCollection<MemoUpdate> updates)
    {
        Require(updates.Select(u => u.UntypedKey).ToList());
        MayIssue();
        var upserted = new Memo();
        var current = _memo?.Clone() ?? new();
        foreach (var update in updates)
        {
            var payload = PayloadConverter.ToPayload(update.HasValue ? update.UntypedValue : null);
            upserted.Fields[update.UntypedKey] = payload;
            if (update.HasValue)
            {
                current.Fields[update.UntypedKey] = payload;
            }
            else
            {
                current.Fields.Remove(update.UntypedKey);
            }
        }

        _memo = current;
        _memoValues = null;
        Commands.Issue(
            new(
                new()
                {
                    CommandType = CommandType.ModifyWorkflowProperties,
                    ModifyWorkflowPropertiesCommandAttributes = new() { UpsertedMemo = upserted },
                }
            )
        );
    }

    public void UpsertSearchAttributes(IReadOnlyCollection<SearchAttributeUpdate> updates)
    {
        Require(updates.Select(u => u.UntypedKey.Name).ToList());
        MayIssue();
        var upserted = new SearchAttributes();
        foreach (var update in updates)
        {
            upserted.IndexedFields[update.UntypedKey.Name] = SearchAttributePayloads.ToPayload(
                update.UntypedKey,
                update.HasValue ? update.UntypedValue : null
            );
        }

        Upsert(upserted, [.. updates.Where(u => !u.HasValue).Select(u => u.UntypedKey.Name)]);
    }

    private static void Require(List<string> names)
    {
        if (names.Count == 0)
        {
            throw new ArgumentException("At least one update is needed.");
        }

        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
        {
            throw new ArgumentException($"A name is updated twice: {string.Join(", ", names)}.");
        }
    }

    private void RecordPatch(string id, bool deprecated)
    {
        Commands.Issue(
            new(new() { CommandType = CommandType.RecordMarker, RecordMarkerCommandAttributes = Markers.OfPatch(id, deprecated) })
        );
        _recordedPatches.Add(id);
        if (!ListsPatches)
        {
            return;
        }

        var payload = SearchAttributePayloads.ToPayload(
            SearchAttributeKey.CreateKeywordList(Markers.ChangeVersion),
            _recordedPatches.ToArray()
        );
        if (payload.Data.Length <= MaximumChangeVersionLength)
        {
            Upsert(new() { IndexedFields = { [Markers.ChangeVersion] = payload } }, []);
        }
    }

    private void Upsert(SearchAttributes upserted, HashSet<string> removed)
    {
        var current = _searchAttributes?.Clone() ?? new();
        foreach (var (name, payload) in upserted.IndexedFields)
        {
            if (removed.Contains(name))
            {
                current.IndexedFields.Remove(name);
            }
            else
            {
                current.IndexedFields[name] = payload;
            }
        }

        _searchAttributes = current;
        _typedSearchAttributes = null;
        Commands.Issue(
            new(
                new()
                {
                    CommandType = CommandType.UpsertWorkflowSearchAttributes,
                    UpsertWorkflowSearchAttributesCommandAttributes = new() { SearchAttributes = upserted },
                }
            )
        );
    }
}
