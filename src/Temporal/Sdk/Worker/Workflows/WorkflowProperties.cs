using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>The memo and the search attributes of a run, with its changes.</summary>
internal sealed class WorkflowProperties(
    WorkflowCommands commands,
    ReadOnlyGuard guard,
    IPayloadConverter converter,
    Memo? startMemo,
    SearchAttributes? startSearchAttributes
)
{
    private Memo? _memo = startMemo;
    private SearchAttributeCollection? _typedSearchAttributes;
    private Dictionary<string, IRawValue>? _memoValues;

    public IReadOnlyDictionary<string, IRawValue> Memo =>
        _memoValues ??= _memo?.Fields.ToDictionary(f => f.Key, f => (IRawValue)new RawValue(f.Value)) ?? [];

    /// <summary>The memo of the start, without changes.</summary>
    public Memo? StartMemo { get; } = startMemo;

    /// <summary>Search attributes with this run's changes, as payloads.</summary>
    public SearchAttributes? SearchAttributes { get; private set; } = startSearchAttributes;

    public SearchAttributeCollection TypedSearchAttributes =>
        _typedSearchAttributes ??= SearchAttributes is null
            ? SearchAttributeCollection.Empty
            : SearchAttributeCollection.FromProto(SearchAttributes);

    public void UpsertMemo(IReadOnlyCollection<MemoUpdate> updates)
    {
        Require(updates.Select(u => u.UntypedKey).ToList());
        guard.MayAct();
        var upserted = new Memo();
        var current = _memo?.Clone() ?? new();
        foreach (var update in updates)
        {
            var payload = converter.ToPayload(update.HasValue ? update.UntypedValue : null);
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
        commands.Issue(
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
        guard.MayAct();
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

    /// <summary>Changes search attributes.</summary>
    /// <param name="upserted">What the command says.</param>
    /// <param name="removed">Names whose value of nothing takes them away.</param>
    public void Upsert(SearchAttributes upserted, HashSet<string> removed)
    {
        var current = SearchAttributes?.Clone() ?? new();
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

        SearchAttributes = current;
        _typedSearchAttributes = null;
        commands.Issue(
            new(
                new()
                {
                    CommandType = CommandType.UpsertWorkflowSearchAttributes,
                    UpsertWorkflowSearchAttributesCommandAttributes = new() { SearchAttributes = upserted },
                }
            )
        );
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
}
