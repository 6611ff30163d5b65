using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>The search attributes that every namespace has.</summary>
internal static class SystemSearchAttributes
{
    public const string ExecutionStatus = "ExecutionStatus";
    public const string ExecutionDuration = "ExecutionDuration";
    public const string NamespaceDivision = "TemporalNamespaceDivision";
    public const string WorkflowId = "WorkflowId";

    /// <summary>Attributes that the server computes. They have their own columns, and users can't set them.</summary>
    public static IReadOnlyDictionary<string, SearchAttribute> Computed { get; } =
        Table(
            (WorkflowId, IndexedValueType.Keyword, "workflow_id"),
            ("RunId", IndexedValueType.Keyword, "run_id"),
            ("WorkflowType", IndexedValueType.Keyword, "workflow_type"),
            ("StartTime", IndexedValueType.Datetime, "start_time"),
            ("ExecutionTime", IndexedValueType.Datetime, "execution_time"),
            ("CloseTime", IndexedValueType.Datetime, "close_time"),
            (ExecutionStatus, IndexedValueType.Keyword, "status"),
            ("TaskQueue", IndexedValueType.Keyword, "task_queue"),
            ("HistoryLength", IndexedValueType.Int, "history_length"),
            ("HistorySizeBytes", IndexedValueType.Int, "history_size"),
            (ExecutionDuration, IndexedValueType.Int, "execution_duration"),
            ("StateTransitionCount", IndexedValueType.Int, "state_transitions"),
            ("ParentWorkflowId", IndexedValueType.Keyword, "parent_workflow_id"),
            ("ParentRunId", IndexedValueType.Keyword, "parent_run_id"),
            ("RootWorkflowId", IndexedValueType.Keyword, "root_workflow_id"),
            ("RootRunId", IndexedValueType.Keyword, "root_run_id")
        );

    /// <summary>
    /// Search attributes with fixed names. SDKs and server components set them in the same way as custom search attributes.
    /// </summary>
    public static IReadOnlyDictionary<string, SearchAttribute> Predefined { get; } =
        Table(
            ("BatcherNamespace", IndexedValueType.Keyword, "batcher_namespace"),
            ("BatcherUser", IndexedValueType.Keyword, "batcher_user"),
            ("BinaryChecksums", IndexedValueType.KeywordList, "binary_checksums"),
            ("BuildIds", IndexedValueType.KeywordList, "build_ids"),
            ("TemporalChangeVersion", IndexedValueType.KeywordList, "change_version"),
            (NamespaceDivision, IndexedValueType.Keyword, "division"),
            ("TemporalPauseInfo", IndexedValueType.KeywordList, "pause_info"),
            ("TemporalReportedProblems", IndexedValueType.KeywordList, "reported_problems"),
            ("TemporalSchedulePaused", IndexedValueType.Bool, "schedule_paused"),
            ("TemporalScheduledById", IndexedValueType.Keyword, "scheduled_by_id"),
            ("TemporalScheduledStartTime", IndexedValueType.Datetime, "scheduled_start_time"),
            ("TemporalUsedWorkerDeploymentVersions", IndexedValueType.KeywordList, "used_deployment_versions"),
            ("TemporalWorkerDeployment", IndexedValueType.Keyword, "worker_deployment"),
            ("TemporalWorkerDeploymentVersion", IndexedValueType.Keyword, "worker_deployment_version"),
            ("TemporalWorkflowVersioningBehavior", IndexedValueType.Keyword, "versioning_behavior")
        );

    /// <summary>True if the name is reserved, so that users can't add or remove a search attribute with this name.</summary>
    public static bool IsReserved(string name) => Computed.ContainsKey(name) || Predefined.ContainsKey(name);

    private static Dictionary<string, SearchAttribute> Table(params (string Name, IndexedValueType Type, string Column)[] rows) =>
        rows.ToDictionary(row => row.Name, row => new SearchAttribute(row.Name, row.Type, row.Column));
}
