using Temporalio.Api.Enums.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Common;
using Temporalio.Converters;

namespace Temporalio.Client;

/// <summary>A workflow as lists show it.</summary>
public class WorkflowExecution
{
    private readonly Lazy<IReadOnlyDictionary<string, IEncodedRawValue>> _memo;
    private readonly Lazy<SearchAttributeCollection> _searchAttributes;

    /// <summary>Reads what the server says.</summary>
    /// <param name="rawInfo">What the server says.</param>
    /// <param name="dataConverter">Converter for the memo.</param>
    /// <param name="clientNamespaceForDataConverterWithContext">The client's namespace, for converters that want to know their context;
    /// null: no context.</param>
    protected internal WorkflowExecution(
        WorkflowExecutionInfo rawInfo,
        DataConverter dataConverter,
        string? clientNamespaceForDataConverterWithContext
    )
    {
        RawInfo = rawInfo;
        _memo = new(() =>
            EncodedRawValue.FromMemo(
                clientNamespaceForDataConverterWithContext is { } ns
                    ? dataConverter.WithSerializationContext(new ISerializationContext.Workflow(ns, rawInfo.Execution.WorkflowId))
                    : dataConverter,
                rawInfo.Memo
            )
        );
        _searchAttributes = new(() =>
            rawInfo.SearchAttributes is { } attributes ? SearchAttributeCollection.FromProto(attributes) : SearchAttributeCollection.Empty
        );
    }

    /// <summary>Workflow id.</summary>
    public string Id => RawInfo.Execution.WorkflowId;

    /// <summary>Run id.</summary>
    public string RunId => RawInfo.Execution.RunId;

    /// <summary>Workflow type.</summary>
    public string WorkflowType => RawInfo.Type?.Name ?? string.Empty;

    /// <summary>Task queue.</summary>
    public string TaskQueue => RawInfo.TaskQueue;

    /// <summary>Status.</summary>
    public WorkflowExecutionStatus Status => RawInfo.Status;

    /// <summary>When the run was started.</summary>
    public DateTime StartTime => RawInfo.StartTime.ToDateTime();

    /// <summary>When it begins to run: later than <see cref="StartTime" /> with a start delay or a cron schedule.</summary>
    public DateTime? ExecutionTime => RawInfo.ExecutionTime?.ToDateTime();

    /// <summary>When it closed; null while it is open.</summary>
    public DateTime? CloseTime => RawInfo.CloseTime?.ToDateTime();

    /// <summary>Events in the history.</summary>
    public int HistoryLength => (int)RawInfo.HistoryLength;

    /// <summary>Id of the parent, if there is one.</summary>
    public string? ParentId => RawInfo.ParentExecution?.WorkflowId is { Length: > 0 } id ? id : null;

    /// <summary>Run id of the parent, if there is one.</summary>
    public string? ParentRunId => RawInfo.ParentExecution?.RunId is { Length: > 0 } id ? id : null;

    /// <summary>Memo.</summary>
    public IReadOnlyDictionary<string, IEncodedRawValue> Memo => _memo.Value;

    /// <summary>Search attributes.</summary>
    public SearchAttributeCollection TypedSearchAttributes => _searchAttributes.Value;

    internal WorkflowExecutionInfo RawInfo { get; }
}

/// <summary>A workflow as its description shows it.</summary>
public class WorkflowExecutionDescription : WorkflowExecution
{
    private readonly DataConverter _dataConverter;

    /// <summary>Reads what the server says.</summary>
    protected internal WorkflowExecutionDescription(DescribeWorkflowExecutionResponse rawDescription, DataConverter dataConverter)
        : base(rawDescription.WorkflowExecutionInfo, dataConverter, clientNamespaceForDataConverterWithContext: null)
    {
        RawDescription = rawDescription;
        _dataConverter = dataConverter;
    }

    internal DescribeWorkflowExecutionResponse RawDescription { get; }

    /// <summary>The summary given at the start, if any.</summary>
    public Task<string?> GetStaticSummaryAsync() => TextAsync(RawDescription.ExecutionConfig?.UserMetadata?.Summary);

    /// <summary>The details given at the start, if any.</summary>
    public Task<string?> GetStaticDetailsAsync() => TextAsync(RawDescription.ExecutionConfig?.UserMetadata?.Details);

    private async Task<string?> TextAsync(Api.Common.V1.Payload? payload) =>
        payload is null ? null : await _dataConverter.ToValueAsync<string>(payload);
}

/// <summary>Number of workflows, perhaps by group.</summary>
public class WorkflowExecutionCount
{
    /// <summary>Reads what the server says.</summary>
    protected internal WorkflowExecutionCount(CountWorkflowExecutionsResponse raw)
    {
        Count = raw.Count;
        Groups = [.. raw.Groups.Select(group => new AggregationGroup(group))];
    }

    /// <summary>Number of workflows. It is approximate with groups.</summary>
    public long Count { get; }

    /// <summary>Groups, if the query has a <c>GROUP BY</c>.</summary>
    public IReadOnlyCollection<AggregationGroup> Groups { get; }

    /// <summary>One group.</summary>
    public class AggregationGroup
    {
        /// <summary>Reads what the server says.</summary>
        protected internal AggregationGroup(CountWorkflowExecutionsResponse.Types.AggregationGroup raw)
        {
            Count = raw.Count;
            GroupValues =
            [
                .. raw.GroupValues.Select(value =>
                    SearchAttributePayloads.FromPayload("group", value)?.Value
                    ?? DataConverter.Default.PayloadConverter.ToValue<object>(value)
                ),
            ];
        }

        /// <summary>Number of workflows in the group.</summary>
        public long Count { get; }

        /// <summary>The group's values, in the order of the query.</summary>
        public IReadOnlyCollection<object> GroupValues { get; }
    }
}

/// <summary>One page of a list of workflows.</summary>
/// <param name="Workflows">Workflows.</param>
/// <param name="NextPageToken">Token for the next page; null on the last.</param>
public record WorkflowListPage(IReadOnlyCollection<WorkflowExecution> Workflows, byte[]? NextPageToken);
