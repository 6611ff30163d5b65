using Google.Protobuf;
using Temporalio.Api.WorkflowService.V1;

namespace Temporalio.Client;

/// <summary>All calls of the workflow service, as they are on the wire. A call is not retried unless its options say so.</summary>
public abstract class WorkflowService : RpcService
{
    /// <summary>Calls <c>CountActivityExecutions</c>.</summary>
    public virtual Task<CountActivityExecutionsResponse> CountActivityExecutionsAsync(CountActivityExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("CountActivityExecutions", req, CountActivityExecutionsResponse.Parser, options);

    /// <summary>Calls <c>CountNexusOperationExecutions</c>.</summary>
    public virtual Task<CountNexusOperationExecutionsResponse> CountNexusOperationExecutionsAsync(CountNexusOperationExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("CountNexusOperationExecutions", req, CountNexusOperationExecutionsResponse.Parser, options);

    /// <summary>Calls <c>CountSchedules</c>.</summary>
    public virtual Task<CountSchedulesResponse> CountSchedulesAsync(CountSchedulesRequest req, RpcOptions? options = null) => InvokeRpcAsync("CountSchedules", req, CountSchedulesResponse.Parser, options);

    /// <summary>Calls <c>CountWorkers</c>.</summary>
    public virtual Task<CountWorkersResponse> CountWorkersAsync(CountWorkersRequest req, RpcOptions? options = null) => InvokeRpcAsync("CountWorkers", req, CountWorkersResponse.Parser, options);

    /// <summary>Calls <c>CountWorkflowExecutions</c>.</summary>
    public virtual Task<CountWorkflowExecutionsResponse> CountWorkflowExecutionsAsync(CountWorkflowExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("CountWorkflowExecutions", req, CountWorkflowExecutionsResponse.Parser, options);

    /// <summary>Calls <c>CreateSchedule</c>.</summary>
    public virtual Task<CreateScheduleResponse> CreateScheduleAsync(CreateScheduleRequest req, RpcOptions? options = null) => InvokeRpcAsync("CreateSchedule", req, CreateScheduleResponse.Parser, options);

    /// <summary>Calls <c>CreateWorkerDeployment</c>.</summary>
    public virtual Task<CreateWorkerDeploymentResponse> CreateWorkerDeploymentAsync(CreateWorkerDeploymentRequest req, RpcOptions? options = null) => InvokeRpcAsync("CreateWorkerDeployment", req, CreateWorkerDeploymentResponse.Parser, options);

    /// <summary>Calls <c>CreateWorkerDeploymentVersion</c>.</summary>
    public virtual Task<CreateWorkerDeploymentVersionResponse> CreateWorkerDeploymentVersionAsync(CreateWorkerDeploymentVersionRequest req, RpcOptions? options = null) => InvokeRpcAsync("CreateWorkerDeploymentVersion", req, CreateWorkerDeploymentVersionResponse.Parser, options);

    /// <summary>Calls <c>CreateWorkflowRule</c>.</summary>
    public virtual Task<CreateWorkflowRuleResponse> CreateWorkflowRuleAsync(CreateWorkflowRuleRequest req, RpcOptions? options = null) => InvokeRpcAsync("CreateWorkflowRule", req, CreateWorkflowRuleResponse.Parser, options);

    /// <summary>Calls <c>DeleteActivityExecution</c>.</summary>
    public virtual Task<DeleteActivityExecutionResponse> DeleteActivityExecutionAsync(DeleteActivityExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeleteActivityExecution", req, DeleteActivityExecutionResponse.Parser, options);

    /// <summary>Calls <c>DeleteNexusOperationExecution</c>.</summary>
    public virtual Task<DeleteNexusOperationExecutionResponse> DeleteNexusOperationExecutionAsync(DeleteNexusOperationExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeleteNexusOperationExecution", req, DeleteNexusOperationExecutionResponse.Parser, options);

    /// <summary>Calls <c>DeleteSchedule</c>.</summary>
    public virtual Task<DeleteScheduleResponse> DeleteScheduleAsync(DeleteScheduleRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeleteSchedule", req, DeleteScheduleResponse.Parser, options);

    /// <summary>Calls <c>DeleteWorkerDeployment</c>.</summary>
    public virtual Task<DeleteWorkerDeploymentResponse> DeleteWorkerDeploymentAsync(DeleteWorkerDeploymentRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeleteWorkerDeployment", req, DeleteWorkerDeploymentResponse.Parser, options);

    /// <summary>Calls <c>DeleteWorkerDeploymentVersion</c>.</summary>
    public virtual Task<DeleteWorkerDeploymentVersionResponse> DeleteWorkerDeploymentVersionAsync(DeleteWorkerDeploymentVersionRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeleteWorkerDeploymentVersion", req, DeleteWorkerDeploymentVersionResponse.Parser, options);

    /// <summary>Calls <c>DeleteWorkflowExecution</c>.</summary>
    public virtual Task<DeleteWorkflowExecutionResponse> DeleteWorkflowExecutionAsync(DeleteWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeleteWorkflowExecution", req, DeleteWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>DeleteWorkflowRule</c>.</summary>
    public virtual Task<DeleteWorkflowRuleResponse> DeleteWorkflowRuleAsync(DeleteWorkflowRuleRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeleteWorkflowRule", req, DeleteWorkflowRuleResponse.Parser, options);

    /// <summary>Calls <c>DeprecateNamespace</c>.</summary>
    public virtual Task<DeprecateNamespaceResponse> DeprecateNamespaceAsync(DeprecateNamespaceRequest req, RpcOptions? options = null) => InvokeRpcAsync("DeprecateNamespace", req, DeprecateNamespaceResponse.Parser, options);

    /// <summary>Calls <c>DescribeActivityExecution</c>.</summary>
    public virtual Task<DescribeActivityExecutionResponse> DescribeActivityExecutionAsync(DescribeActivityExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeActivityExecution", req, DescribeActivityExecutionResponse.Parser, options);

    /// <summary>Calls <c>DescribeBatchOperation</c>.</summary>
    public virtual Task<DescribeBatchOperationResponse> DescribeBatchOperationAsync(DescribeBatchOperationRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeBatchOperation", req, DescribeBatchOperationResponse.Parser, options);

    /// <summary>Calls <c>DescribeDeployment</c>.</summary>
    public virtual Task<DescribeDeploymentResponse> DescribeDeploymentAsync(DescribeDeploymentRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeDeployment", req, DescribeDeploymentResponse.Parser, options);

    /// <summary>Calls <c>DescribeNamespace</c>.</summary>
    public virtual Task<DescribeNamespaceResponse> DescribeNamespaceAsync(DescribeNamespaceRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeNamespace", req, DescribeNamespaceResponse.Parser, options);

    /// <summary>Calls <c>DescribeNexusOperationExecution</c>.</summary>
    public virtual Task<DescribeNexusOperationExecutionResponse> DescribeNexusOperationExecutionAsync(DescribeNexusOperationExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeNexusOperationExecution", req, DescribeNexusOperationExecutionResponse.Parser, options);

    /// <summary>Calls <c>DescribeSchedule</c>.</summary>
    public virtual Task<DescribeScheduleResponse> DescribeScheduleAsync(DescribeScheduleRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeSchedule", req, DescribeScheduleResponse.Parser, options);

    /// <summary>Calls <c>DescribeTaskQueue</c>.</summary>
    public virtual Task<DescribeTaskQueueResponse> DescribeTaskQueueAsync(DescribeTaskQueueRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeTaskQueue", req, DescribeTaskQueueResponse.Parser, options);

    /// <summary>Calls <c>DescribeWorker</c>.</summary>
    public virtual Task<DescribeWorkerResponse> DescribeWorkerAsync(DescribeWorkerRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeWorker", req, DescribeWorkerResponse.Parser, options);

    /// <summary>Calls <c>DescribeWorkerDeployment</c>.</summary>
    public virtual Task<DescribeWorkerDeploymentResponse> DescribeWorkerDeploymentAsync(DescribeWorkerDeploymentRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeWorkerDeployment", req, DescribeWorkerDeploymentResponse.Parser, options);

    /// <summary>Calls <c>DescribeWorkerDeploymentVersion</c>.</summary>
    public virtual Task<DescribeWorkerDeploymentVersionResponse> DescribeWorkerDeploymentVersionAsync(DescribeWorkerDeploymentVersionRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeWorkerDeploymentVersion", req, DescribeWorkerDeploymentVersionResponse.Parser, options);

    /// <summary>Calls <c>DescribeWorkflowExecution</c>.</summary>
    public virtual Task<DescribeWorkflowExecutionResponse> DescribeWorkflowExecutionAsync(DescribeWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeWorkflowExecution", req, DescribeWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>DescribeWorkflowRule</c>.</summary>
    public virtual Task<DescribeWorkflowRuleResponse> DescribeWorkflowRuleAsync(DescribeWorkflowRuleRequest req, RpcOptions? options = null) => InvokeRpcAsync("DescribeWorkflowRule", req, DescribeWorkflowRuleResponse.Parser, options);

    /// <summary>Calls <c>ExecuteMultiOperation</c>.</summary>
    public virtual Task<ExecuteMultiOperationResponse> ExecuteMultiOperationAsync(ExecuteMultiOperationRequest req, RpcOptions? options = null) => InvokeRpcAsync("ExecuteMultiOperation", req, ExecuteMultiOperationResponse.Parser, options);

    /// <summary>Calls <c>FetchWorkerConfig</c>.</summary>
    public virtual Task<FetchWorkerConfigResponse> FetchWorkerConfigAsync(FetchWorkerConfigRequest req, RpcOptions? options = null) => InvokeRpcAsync("FetchWorkerConfig", req, FetchWorkerConfigResponse.Parser, options);

    /// <summary>Calls <c>GetClusterInfo</c>.</summary>
    public virtual Task<GetClusterInfoResponse> GetClusterInfoAsync(GetClusterInfoRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetClusterInfo", req, GetClusterInfoResponse.Parser, options);

    /// <summary>Calls <c>GetCurrentDeployment</c>.</summary>
    public virtual Task<GetCurrentDeploymentResponse> GetCurrentDeploymentAsync(GetCurrentDeploymentRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetCurrentDeployment", req, GetCurrentDeploymentResponse.Parser, options);

    /// <summary>Calls <c>GetDeploymentReachability</c>.</summary>
    public virtual Task<GetDeploymentReachabilityResponse> GetDeploymentReachabilityAsync(GetDeploymentReachabilityRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetDeploymentReachability", req, GetDeploymentReachabilityResponse.Parser, options);

    /// <summary>Calls <c>GetSearchAttributes</c>.</summary>
    public virtual Task<GetSearchAttributesResponse> GetSearchAttributesAsync(GetSearchAttributesRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetSearchAttributes", req, GetSearchAttributesResponse.Parser, options);

    /// <summary>Calls <c>GetSystemInfo</c>.</summary>
    public virtual Task<GetSystemInfoResponse> GetSystemInfoAsync(GetSystemInfoRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetSystemInfo", req, GetSystemInfoResponse.Parser, options);

    /// <summary>Calls <c>GetWorkerBuildIdCompatibility</c>.</summary>
    public virtual Task<GetWorkerBuildIdCompatibilityResponse> GetWorkerBuildIdCompatibilityAsync(GetWorkerBuildIdCompatibilityRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetWorkerBuildIdCompatibility", req, GetWorkerBuildIdCompatibilityResponse.Parser, options);

    /// <summary>Calls <c>GetWorkerTaskReachability</c>.</summary>
    public virtual Task<GetWorkerTaskReachabilityResponse> GetWorkerTaskReachabilityAsync(GetWorkerTaskReachabilityRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetWorkerTaskReachability", req, GetWorkerTaskReachabilityResponse.Parser, options);

    /// <summary>Calls <c>GetWorkerVersioningRules</c>.</summary>
    public virtual Task<GetWorkerVersioningRulesResponse> GetWorkerVersioningRulesAsync(GetWorkerVersioningRulesRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetWorkerVersioningRules", req, GetWorkerVersioningRulesResponse.Parser, options);

    /// <summary>Calls <c>GetWorkflowExecutionHistory</c>.</summary>
    public virtual Task<GetWorkflowExecutionHistoryResponse> GetWorkflowExecutionHistoryAsync(GetWorkflowExecutionHistoryRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetWorkflowExecutionHistory", req, GetWorkflowExecutionHistoryResponse.Parser, options);

    /// <summary>Calls <c>GetWorkflowExecutionHistoryReverse</c>.</summary>
    public virtual Task<GetWorkflowExecutionHistoryReverseResponse> GetWorkflowExecutionHistoryReverseAsync(GetWorkflowExecutionHistoryReverseRequest req, RpcOptions? options = null) => InvokeRpcAsync("GetWorkflowExecutionHistoryReverse", req, GetWorkflowExecutionHistoryReverseResponse.Parser, options);

    /// <summary>Calls <c>ListActivityExecutions</c>.</summary>
    public virtual Task<ListActivityExecutionsResponse> ListActivityExecutionsAsync(ListActivityExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListActivityExecutions", req, ListActivityExecutionsResponse.Parser, options);

    /// <summary>Calls <c>ListArchivedWorkflowExecutions</c>.</summary>
    public virtual Task<ListArchivedWorkflowExecutionsResponse> ListArchivedWorkflowExecutionsAsync(ListArchivedWorkflowExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListArchivedWorkflowExecutions", req, ListArchivedWorkflowExecutionsResponse.Parser, options);

    /// <summary>Calls <c>ListBatchOperations</c>.</summary>
    public virtual Task<ListBatchOperationsResponse> ListBatchOperationsAsync(ListBatchOperationsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListBatchOperations", req, ListBatchOperationsResponse.Parser, options);

    /// <summary>Calls <c>ListClosedWorkflowExecutions</c>.</summary>
    public virtual Task<ListClosedWorkflowExecutionsResponse> ListClosedWorkflowExecutionsAsync(ListClosedWorkflowExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListClosedWorkflowExecutions", req, ListClosedWorkflowExecutionsResponse.Parser, options);

    /// <summary>Calls <c>ListDeployments</c>.</summary>
    public virtual Task<ListDeploymentsResponse> ListDeploymentsAsync(ListDeploymentsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListDeployments", req, ListDeploymentsResponse.Parser, options);

    /// <summary>Calls <c>ListNamespaces</c>.</summary>
    public virtual Task<ListNamespacesResponse> ListNamespacesAsync(ListNamespacesRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListNamespaces", req, ListNamespacesResponse.Parser, options);

    /// <summary>Calls <c>ListNexusOperationExecutions</c>.</summary>
    public virtual Task<ListNexusOperationExecutionsResponse> ListNexusOperationExecutionsAsync(ListNexusOperationExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListNexusOperationExecutions", req, ListNexusOperationExecutionsResponse.Parser, options);

    /// <summary>Calls <c>ListOpenWorkflowExecutions</c>.</summary>
    public virtual Task<ListOpenWorkflowExecutionsResponse> ListOpenWorkflowExecutionsAsync(ListOpenWorkflowExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListOpenWorkflowExecutions", req, ListOpenWorkflowExecutionsResponse.Parser, options);

    /// <summary>Calls <c>ListScheduleMatchingTimes</c>.</summary>
    public virtual Task<ListScheduleMatchingTimesResponse> ListScheduleMatchingTimesAsync(ListScheduleMatchingTimesRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListScheduleMatchingTimes", req, ListScheduleMatchingTimesResponse.Parser, options);

    /// <summary>Calls <c>ListSchedules</c>.</summary>
    public virtual Task<ListSchedulesResponse> ListSchedulesAsync(ListSchedulesRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListSchedules", req, ListSchedulesResponse.Parser, options);

    /// <summary>Calls <c>ListTaskQueuePartitions</c>.</summary>
    public virtual Task<ListTaskQueuePartitionsResponse> ListTaskQueuePartitionsAsync(ListTaskQueuePartitionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListTaskQueuePartitions", req, ListTaskQueuePartitionsResponse.Parser, options);

    /// <summary>Calls <c>ListWorkerDeployments</c>.</summary>
    public virtual Task<ListWorkerDeploymentsResponse> ListWorkerDeploymentsAsync(ListWorkerDeploymentsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListWorkerDeployments", req, ListWorkerDeploymentsResponse.Parser, options);

    /// <summary>Calls <c>ListWorkers</c>.</summary>
    public virtual Task<ListWorkersResponse> ListWorkersAsync(ListWorkersRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListWorkers", req, ListWorkersResponse.Parser, options);

    /// <summary>Calls <c>ListWorkflowExecutions</c>.</summary>
    public virtual Task<ListWorkflowExecutionsResponse> ListWorkflowExecutionsAsync(ListWorkflowExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListWorkflowExecutions", req, ListWorkflowExecutionsResponse.Parser, options);

    /// <summary>Calls <c>ListWorkflowRules</c>.</summary>
    public virtual Task<ListWorkflowRulesResponse> ListWorkflowRulesAsync(ListWorkflowRulesRequest req, RpcOptions? options = null) => InvokeRpcAsync("ListWorkflowRules", req, ListWorkflowRulesResponse.Parser, options);

    /// <summary>Calls <c>PatchSchedule</c>.</summary>
    public virtual Task<PatchScheduleResponse> PatchScheduleAsync(PatchScheduleRequest req, RpcOptions? options = null) => InvokeRpcAsync("PatchSchedule", req, PatchScheduleResponse.Parser, options);

    /// <summary>Calls <c>PauseActivity</c>.</summary>
    public virtual Task<PauseActivityResponse> PauseActivityAsync(PauseActivityRequest req, RpcOptions? options = null) => InvokeRpcAsync("PauseActivity", req, PauseActivityResponse.Parser, options);

    /// <summary>Calls <c>PauseActivityExecution</c>.</summary>
    public virtual Task<PauseActivityExecutionResponse> PauseActivityExecutionAsync(PauseActivityExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("PauseActivityExecution", req, PauseActivityExecutionResponse.Parser, options);

    /// <summary>Calls <c>PauseWorkflowExecution</c>.</summary>
    public virtual Task<PauseWorkflowExecutionResponse> PauseWorkflowExecutionAsync(PauseWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("PauseWorkflowExecution", req, PauseWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>PollActivityExecution</c>.</summary>
    public virtual Task<PollActivityExecutionResponse> PollActivityExecutionAsync(PollActivityExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("PollActivityExecution", req, PollActivityExecutionResponse.Parser, options);

    /// <summary>Calls <c>PollActivityTaskQueue</c>.</summary>
    public virtual Task<PollActivityTaskQueueResponse> PollActivityTaskQueueAsync(PollActivityTaskQueueRequest req, RpcOptions? options = null) => InvokeRpcAsync("PollActivityTaskQueue", req, PollActivityTaskQueueResponse.Parser, options);

    /// <summary>Calls <c>PollNexusOperationExecution</c>.</summary>
    public virtual Task<PollNexusOperationExecutionResponse> PollNexusOperationExecutionAsync(PollNexusOperationExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("PollNexusOperationExecution", req, PollNexusOperationExecutionResponse.Parser, options);

    /// <summary>Calls <c>PollNexusTaskQueue</c>.</summary>
    public virtual Task<PollNexusTaskQueueResponse> PollNexusTaskQueueAsync(PollNexusTaskQueueRequest req, RpcOptions? options = null) => InvokeRpcAsync("PollNexusTaskQueue", req, PollNexusTaskQueueResponse.Parser, options);

    /// <summary>Calls <c>PollWorkflowExecutionTimeSkipping</c>.</summary>
    public virtual Task<PollWorkflowExecutionTimeSkippingResponse> PollWorkflowExecutionTimeSkippingAsync(PollWorkflowExecutionTimeSkippingRequest req, RpcOptions? options = null) => InvokeRpcAsync("PollWorkflowExecutionTimeSkipping", req, PollWorkflowExecutionTimeSkippingResponse.Parser, options);

    /// <summary>Calls <c>PollWorkflowExecutionUpdate</c>.</summary>
    public virtual Task<PollWorkflowExecutionUpdateResponse> PollWorkflowExecutionUpdateAsync(PollWorkflowExecutionUpdateRequest req, RpcOptions? options = null) => InvokeRpcAsync("PollWorkflowExecutionUpdate", req, PollWorkflowExecutionUpdateResponse.Parser, options);

    /// <summary>Calls <c>PollWorkflowTaskQueue</c>.</summary>
    public virtual Task<PollWorkflowTaskQueueResponse> PollWorkflowTaskQueueAsync(PollWorkflowTaskQueueRequest req, RpcOptions? options = null) => InvokeRpcAsync("PollWorkflowTaskQueue", req, PollWorkflowTaskQueueResponse.Parser, options);

    /// <summary>Calls <c>QueryWorkflow</c>.</summary>
    public virtual Task<QueryWorkflowResponse> QueryWorkflowAsync(QueryWorkflowRequest req, RpcOptions? options = null) => InvokeRpcAsync("QueryWorkflow", req, QueryWorkflowResponse.Parser, options);

    /// <summary>Calls <c>RecordActivityTaskHeartbeat</c>.</summary>
    public virtual Task<RecordActivityTaskHeartbeatResponse> RecordActivityTaskHeartbeatAsync(RecordActivityTaskHeartbeatRequest req, RpcOptions? options = null) => InvokeRpcAsync("RecordActivityTaskHeartbeat", req, RecordActivityTaskHeartbeatResponse.Parser, options);

    /// <summary>Calls <c>RecordActivityTaskHeartbeatById</c>.</summary>
    public virtual Task<RecordActivityTaskHeartbeatByIdResponse> RecordActivityTaskHeartbeatByIdAsync(RecordActivityTaskHeartbeatByIdRequest req, RpcOptions? options = null) => InvokeRpcAsync("RecordActivityTaskHeartbeatById", req, RecordActivityTaskHeartbeatByIdResponse.Parser, options);

    /// <summary>Calls <c>RecordWorkerHeartbeat</c>.</summary>
    public virtual Task<RecordWorkerHeartbeatResponse> RecordWorkerHeartbeatAsync(RecordWorkerHeartbeatRequest req, RpcOptions? options = null) => InvokeRpcAsync("RecordWorkerHeartbeat", req, RecordWorkerHeartbeatResponse.Parser, options);

    /// <summary>Calls <c>RegisterNamespace</c>.</summary>
    public virtual Task<RegisterNamespaceResponse> RegisterNamespaceAsync(RegisterNamespaceRequest req, RpcOptions? options = null) => InvokeRpcAsync("RegisterNamespace", req, RegisterNamespaceResponse.Parser, options);

    /// <summary>Calls <c>RequestCancelActivityExecution</c>.</summary>
    public virtual Task<RequestCancelActivityExecutionResponse> RequestCancelActivityExecutionAsync(RequestCancelActivityExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("RequestCancelActivityExecution", req, RequestCancelActivityExecutionResponse.Parser, options);

    /// <summary>Calls <c>RequestCancelNexusOperationExecution</c>.</summary>
    public virtual Task<RequestCancelNexusOperationExecutionResponse> RequestCancelNexusOperationExecutionAsync(RequestCancelNexusOperationExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("RequestCancelNexusOperationExecution", req, RequestCancelNexusOperationExecutionResponse.Parser, options);

    /// <summary>Calls <c>RequestCancelWorkflowExecution</c>.</summary>
    public virtual Task<RequestCancelWorkflowExecutionResponse> RequestCancelWorkflowExecutionAsync(RequestCancelWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("RequestCancelWorkflowExecution", req, RequestCancelWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>ResetActivity</c>.</summary>
    public virtual Task<ResetActivityResponse> ResetActivityAsync(ResetActivityRequest req, RpcOptions? options = null) => InvokeRpcAsync("ResetActivity", req, ResetActivityResponse.Parser, options);

    /// <summary>Calls <c>ResetActivityExecution</c>.</summary>
    public virtual Task<ResetActivityExecutionResponse> ResetActivityExecutionAsync(ResetActivityExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("ResetActivityExecution", req, ResetActivityExecutionResponse.Parser, options);

    /// <summary>Calls <c>ResetStickyTaskQueue</c>.</summary>
    public virtual Task<ResetStickyTaskQueueResponse> ResetStickyTaskQueueAsync(ResetStickyTaskQueueRequest req, RpcOptions? options = null) => InvokeRpcAsync("ResetStickyTaskQueue", req, ResetStickyTaskQueueResponse.Parser, options);

    /// <summary>Calls <c>ResetWorkflowExecution</c>.</summary>
    public virtual Task<ResetWorkflowExecutionResponse> ResetWorkflowExecutionAsync(ResetWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("ResetWorkflowExecution", req, ResetWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>RespondActivityTaskCanceled</c>.</summary>
    public virtual Task<RespondActivityTaskCanceledResponse> RespondActivityTaskCanceledAsync(RespondActivityTaskCanceledRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondActivityTaskCanceled", req, RespondActivityTaskCanceledResponse.Parser, options);

    /// <summary>Calls <c>RespondActivityTaskCanceledById</c>.</summary>
    public virtual Task<RespondActivityTaskCanceledByIdResponse> RespondActivityTaskCanceledByIdAsync(RespondActivityTaskCanceledByIdRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondActivityTaskCanceledById", req, RespondActivityTaskCanceledByIdResponse.Parser, options);

    /// <summary>Calls <c>RespondActivityTaskCompleted</c>.</summary>
    public virtual Task<RespondActivityTaskCompletedResponse> RespondActivityTaskCompletedAsync(RespondActivityTaskCompletedRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondActivityTaskCompleted", req, RespondActivityTaskCompletedResponse.Parser, options);

    /// <summary>Calls <c>RespondActivityTaskCompletedById</c>.</summary>
    public virtual Task<RespondActivityTaskCompletedByIdResponse> RespondActivityTaskCompletedByIdAsync(RespondActivityTaskCompletedByIdRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondActivityTaskCompletedById", req, RespondActivityTaskCompletedByIdResponse.Parser, options);

    /// <summary>Calls <c>RespondActivityTaskFailed</c>.</summary>
    public virtual Task<RespondActivityTaskFailedResponse> RespondActivityTaskFailedAsync(RespondActivityTaskFailedRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondActivityTaskFailed", req, RespondActivityTaskFailedResponse.Parser, options);

    /// <summary>Calls <c>RespondActivityTaskFailedById</c>.</summary>
    public virtual Task<RespondActivityTaskFailedByIdResponse> RespondActivityTaskFailedByIdAsync(RespondActivityTaskFailedByIdRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondActivityTaskFailedById", req, RespondActivityTaskFailedByIdResponse.Parser, options);

    /// <summary>Calls <c>RespondNexusTaskCompleted</c>.</summary>
    public virtual Task<RespondNexusTaskCompletedResponse> RespondNexusTaskCompletedAsync(RespondNexusTaskCompletedRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondNexusTaskCompleted", req, RespondNexusTaskCompletedResponse.Parser, options);

    /// <summary>Calls <c>RespondNexusTaskFailed</c>.</summary>
    public virtual Task<RespondNexusTaskFailedResponse> RespondNexusTaskFailedAsync(RespondNexusTaskFailedRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondNexusTaskFailed", req, RespondNexusTaskFailedResponse.Parser, options);

    /// <summary>Calls <c>RespondQueryTaskCompleted</c>.</summary>
    public virtual Task<RespondQueryTaskCompletedResponse> RespondQueryTaskCompletedAsync(RespondQueryTaskCompletedRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondQueryTaskCompleted", req, RespondQueryTaskCompletedResponse.Parser, options);

    /// <summary>Calls <c>RespondWorkflowTaskCompleted</c>.</summary>
    public virtual Task<RespondWorkflowTaskCompletedResponse> RespondWorkflowTaskCompletedAsync(RespondWorkflowTaskCompletedRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondWorkflowTaskCompleted", req, RespondWorkflowTaskCompletedResponse.Parser, options);

    /// <summary>Calls <c>RespondWorkflowTaskFailed</c>.</summary>
    public virtual Task<RespondWorkflowTaskFailedResponse> RespondWorkflowTaskFailedAsync(RespondWorkflowTaskFailedRequest req, RpcOptions? options = null) => InvokeRpcAsync("RespondWorkflowTaskFailed", req, RespondWorkflowTaskFailedResponse.Parser, options);

    /// <summary>Calls <c>ScanWorkflowExecutions</c>.</summary>
    public virtual Task<ScanWorkflowExecutionsResponse> ScanWorkflowExecutionsAsync(ScanWorkflowExecutionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("ScanWorkflowExecutions", req, ScanWorkflowExecutionsResponse.Parser, options);

    /// <summary>Calls <c>SetCurrentDeployment</c>.</summary>
    public virtual Task<SetCurrentDeploymentResponse> SetCurrentDeploymentAsync(SetCurrentDeploymentRequest req, RpcOptions? options = null) => InvokeRpcAsync("SetCurrentDeployment", req, SetCurrentDeploymentResponse.Parser, options);

    /// <summary>Calls <c>SetWorkerDeploymentCurrentVersion</c>.</summary>
    public virtual Task<SetWorkerDeploymentCurrentVersionResponse> SetWorkerDeploymentCurrentVersionAsync(SetWorkerDeploymentCurrentVersionRequest req, RpcOptions? options = null) => InvokeRpcAsync("SetWorkerDeploymentCurrentVersion", req, SetWorkerDeploymentCurrentVersionResponse.Parser, options);

    /// <summary>Calls <c>SetWorkerDeploymentManager</c>.</summary>
    public virtual Task<SetWorkerDeploymentManagerResponse> SetWorkerDeploymentManagerAsync(SetWorkerDeploymentManagerRequest req, RpcOptions? options = null) => InvokeRpcAsync("SetWorkerDeploymentManager", req, SetWorkerDeploymentManagerResponse.Parser, options);

    /// <summary>Calls <c>SetWorkerDeploymentRampingVersion</c>.</summary>
    public virtual Task<SetWorkerDeploymentRampingVersionResponse> SetWorkerDeploymentRampingVersionAsync(SetWorkerDeploymentRampingVersionRequest req, RpcOptions? options = null) => InvokeRpcAsync("SetWorkerDeploymentRampingVersion", req, SetWorkerDeploymentRampingVersionResponse.Parser, options);

    /// <summary>Calls <c>ShutdownWorker</c>.</summary>
    public virtual Task<ShutdownWorkerResponse> ShutdownWorkerAsync(ShutdownWorkerRequest req, RpcOptions? options = null) => InvokeRpcAsync("ShutdownWorker", req, ShutdownWorkerResponse.Parser, options);

    /// <summary>Calls <c>SignalWithStartWorkflowExecution</c>.</summary>
    public virtual Task<SignalWithStartWorkflowExecutionResponse> SignalWithStartWorkflowExecutionAsync(SignalWithStartWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("SignalWithStartWorkflowExecution", req, SignalWithStartWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>SignalWorkflowExecution</c>.</summary>
    public virtual Task<SignalWorkflowExecutionResponse> SignalWorkflowExecutionAsync(SignalWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("SignalWorkflowExecution", req, SignalWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>StartActivityExecution</c>.</summary>
    public virtual Task<StartActivityExecutionResponse> StartActivityExecutionAsync(StartActivityExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("StartActivityExecution", req, StartActivityExecutionResponse.Parser, options);

    /// <summary>Calls <c>StartBatchOperation</c>.</summary>
    public virtual Task<StartBatchOperationResponse> StartBatchOperationAsync(StartBatchOperationRequest req, RpcOptions? options = null) => InvokeRpcAsync("StartBatchOperation", req, StartBatchOperationResponse.Parser, options);

    /// <summary>Calls <c>StartNexusOperationExecution</c>.</summary>
    public virtual Task<StartNexusOperationExecutionResponse> StartNexusOperationExecutionAsync(StartNexusOperationExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("StartNexusOperationExecution", req, StartNexusOperationExecutionResponse.Parser, options);

    /// <summary>Calls <c>StartWorkflowExecution</c>.</summary>
    public virtual Task<StartWorkflowExecutionResponse> StartWorkflowExecutionAsync(StartWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("StartWorkflowExecution", req, StartWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>StopBatchOperation</c>.</summary>
    public virtual Task<StopBatchOperationResponse> StopBatchOperationAsync(StopBatchOperationRequest req, RpcOptions? options = null) => InvokeRpcAsync("StopBatchOperation", req, StopBatchOperationResponse.Parser, options);

    /// <summary>Calls <c>TerminateActivityExecution</c>.</summary>
    public virtual Task<TerminateActivityExecutionResponse> TerminateActivityExecutionAsync(TerminateActivityExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("TerminateActivityExecution", req, TerminateActivityExecutionResponse.Parser, options);

    /// <summary>Calls <c>TerminateNexusOperationExecution</c>.</summary>
    public virtual Task<TerminateNexusOperationExecutionResponse> TerminateNexusOperationExecutionAsync(TerminateNexusOperationExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("TerminateNexusOperationExecution", req, TerminateNexusOperationExecutionResponse.Parser, options);

    /// <summary>Calls <c>TerminateWorkflowExecution</c>.</summary>
    public virtual Task<TerminateWorkflowExecutionResponse> TerminateWorkflowExecutionAsync(TerminateWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("TerminateWorkflowExecution", req, TerminateWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>TriggerWorkflowRule</c>.</summary>
    public virtual Task<TriggerWorkflowRuleResponse> TriggerWorkflowRuleAsync(TriggerWorkflowRuleRequest req, RpcOptions? options = null) => InvokeRpcAsync("TriggerWorkflowRule", req, TriggerWorkflowRuleResponse.Parser, options);

    /// <summary>Calls <c>UnpauseActivity</c>.</summary>
    public virtual Task<UnpauseActivityResponse> UnpauseActivityAsync(UnpauseActivityRequest req, RpcOptions? options = null) => InvokeRpcAsync("UnpauseActivity", req, UnpauseActivityResponse.Parser, options);

    /// <summary>Calls <c>UnpauseActivityExecution</c>.</summary>
    public virtual Task<UnpauseActivityExecutionResponse> UnpauseActivityExecutionAsync(UnpauseActivityExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("UnpauseActivityExecution", req, UnpauseActivityExecutionResponse.Parser, options);

    /// <summary>Calls <c>UnpauseWorkflowExecution</c>.</summary>
    public virtual Task<UnpauseWorkflowExecutionResponse> UnpauseWorkflowExecutionAsync(UnpauseWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("UnpauseWorkflowExecution", req, UnpauseWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>UpdateActivityExecutionOptions</c>.</summary>
    public virtual Task<UpdateActivityExecutionOptionsResponse> UpdateActivityExecutionOptionsAsync(UpdateActivityExecutionOptionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateActivityExecutionOptions", req, UpdateActivityExecutionOptionsResponse.Parser, options);

    /// <summary>Calls <c>UpdateActivityOptions</c>.</summary>
    public virtual Task<UpdateActivityOptionsResponse> UpdateActivityOptionsAsync(UpdateActivityOptionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateActivityOptions", req, UpdateActivityOptionsResponse.Parser, options);

    /// <summary>Calls <c>UpdateNamespace</c>.</summary>
    public virtual Task<UpdateNamespaceResponse> UpdateNamespaceAsync(UpdateNamespaceRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateNamespace", req, UpdateNamespaceResponse.Parser, options);

    /// <summary>Calls <c>UpdateSchedule</c>.</summary>
    public virtual Task<UpdateScheduleResponse> UpdateScheduleAsync(UpdateScheduleRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateSchedule", req, UpdateScheduleResponse.Parser, options);

    /// <summary>Calls <c>UpdateTaskQueueConfig</c>.</summary>
    public virtual Task<UpdateTaskQueueConfigResponse> UpdateTaskQueueConfigAsync(UpdateTaskQueueConfigRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateTaskQueueConfig", req, UpdateTaskQueueConfigResponse.Parser, options);

    /// <summary>Calls <c>UpdateWorkerBuildIdCompatibility</c>.</summary>
    public virtual Task<UpdateWorkerBuildIdCompatibilityResponse> UpdateWorkerBuildIdCompatibilityAsync(UpdateWorkerBuildIdCompatibilityRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateWorkerBuildIdCompatibility", req, UpdateWorkerBuildIdCompatibilityResponse.Parser, options);

    /// <summary>Calls <c>UpdateWorkerConfig</c>.</summary>
    public virtual Task<UpdateWorkerConfigResponse> UpdateWorkerConfigAsync(UpdateWorkerConfigRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateWorkerConfig", req, UpdateWorkerConfigResponse.Parser, options);

    /// <summary>Calls <c>UpdateWorkerDeploymentVersionComputeConfig</c>.</summary>
    public virtual Task<UpdateWorkerDeploymentVersionComputeConfigResponse> UpdateWorkerDeploymentVersionComputeConfigAsync(UpdateWorkerDeploymentVersionComputeConfigRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateWorkerDeploymentVersionComputeConfig", req, UpdateWorkerDeploymentVersionComputeConfigResponse.Parser, options);

    /// <summary>Calls <c>UpdateWorkerDeploymentVersionMetadata</c>.</summary>
    public virtual Task<UpdateWorkerDeploymentVersionMetadataResponse> UpdateWorkerDeploymentVersionMetadataAsync(UpdateWorkerDeploymentVersionMetadataRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateWorkerDeploymentVersionMetadata", req, UpdateWorkerDeploymentVersionMetadataResponse.Parser, options);

    /// <summary>Calls <c>UpdateWorkerVersioningRules</c>.</summary>
    public virtual Task<UpdateWorkerVersioningRulesResponse> UpdateWorkerVersioningRulesAsync(UpdateWorkerVersioningRulesRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateWorkerVersioningRules", req, UpdateWorkerVersioningRulesResponse.Parser, options);

    /// <summary>Calls <c>UpdateWorkflowExecution</c>.</summary>
    public virtual Task<UpdateWorkflowExecutionResponse> UpdateWorkflowExecutionAsync(UpdateWorkflowExecutionRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateWorkflowExecution", req, UpdateWorkflowExecutionResponse.Parser, options);

    /// <summary>Calls <c>UpdateWorkflowExecutionOptions</c>.</summary>
    public virtual Task<UpdateWorkflowExecutionOptionsResponse> UpdateWorkflowExecutionOptionsAsync(UpdateWorkflowExecutionOptionsRequest req, RpcOptions? options = null) => InvokeRpcAsync("UpdateWorkflowExecutionOptions", req, UpdateWorkflowExecutionOptionsResponse.Parser, options);

    /// <summary>Calls <c>ValidateWorkerDeploymentVersionComputeConfig</c>.</summary>
    public virtual Task<ValidateWorkerDeploymentVersionComputeConfigResponse> ValidateWorkerDeploymentVersionComputeConfigAsync(ValidateWorkerDeploymentVersionComputeConfigRequest req, RpcOptions? options = null) => InvokeRpcAsync("ValidateWorkerDeploymentVersionComputeConfig", req, ValidateWorkerDeploymentVersionComputeConfigResponse.Parser, options);

    /// <summary>The service over a connection.</summary>
    public sealed class Core : WorkflowService
    {
        private readonly TemporalConnection _connection;

        /// <summary>Over a connection.</summary>
        public Core(TemporalConnection connection) => _connection = connection;

        /// <inheritdoc />
        protected override Task<T> InvokeRpcAsync<T>(string rpc, IMessage req, MessageParser<T> resp, RpcOptions? options = null) =>
            _connection.InvokeRpcAsync("temporal.api.workflowservice.v1.WorkflowService", rpc, req, resp, options);
    }
}
