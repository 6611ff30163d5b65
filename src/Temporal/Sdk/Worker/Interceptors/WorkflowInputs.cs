using System.Reflection;
using Temporalio.Api.Common.V1;
using Temporalio.Workflows;

namespace Temporalio.Worker.Interceptors;

/// <summary>A run of a workflow method.</summary>
/// <param name="Instance">The workflow object.</param>
/// <param name="RunMethod">Its run method.</param>
/// <param name="Args">Arguments.</param>
public record ExecuteWorkflowInput(object Instance, MethodInfo RunMethod, object?[] Args);

/// <summary>A signal for a handler.</summary>
/// <param name="Signal">Name it was sent with.</param>
/// <param name="Definition">The handler.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Headers">Headers.</param>
public record HandleSignalInput(
    string Signal,
    WorkflowSignalDefinition Definition,
    object?[] Args,
    IReadOnlyDictionary<string, Payload>? Headers
);

/// <summary>A query for a handler.</summary>
/// <param name="Id">Id of the query.</param>
/// <param name="Query">Name it was asked with.</param>
/// <param name="Definition">The handler.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Headers">Headers.</param>
public record HandleQueryInput(
    string Id,
    string Query,
    WorkflowQueryDefinition Definition,
    object?[] Args,
    IReadOnlyDictionary<string, Payload>? Headers
);

/// <summary>An update for a handler or a validator.</summary>
/// <param name="Id">Update id.</param>
/// <param name="Update">Name it was sent with.</param>
/// <param name="Definition">The handler.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Headers">Headers.</param>
public record HandleUpdateInput(
    string Id,
    string Update,
    WorkflowUpdateDefinition Definition,
    object?[] Args,
    IReadOnlyDictionary<string, Payload>? Headers
);

/// <summary>A request to cancel another workflow.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run id; null for the current run.</param>
public record CancelExternalWorkflowInput(string Id, string? RunId);

/// <summary>A continue-as-new exception to be made.</summary>
/// <param name="Workflow">Workflow type of the next run.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record CreateContinueAsNewExceptionInput(
    string Workflow,
    IReadOnlyCollection<object?> Args,
    ContinueAsNewOptions? Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>A timer.</summary>
/// <param name="Delay">Length.</param>
/// <param name="CancellationToken">Token that cancels it; null: the workflow's.</param>
/// <param name="Summary">One line for people.</param>
public record DelayAsyncInput(TimeSpan Delay, CancellationToken? CancellationToken, string? Summary);

/// <summary>An activity call.</summary>
/// <param name="Activity">Activity type.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record ScheduleActivityInput(
    string Activity,
    IReadOnlyCollection<object?> Args,
    ActivityOptions Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>A local activity call.</summary>
/// <param name="Activity">Activity type.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record ScheduleLocalActivityInput(
    string Activity,
    IReadOnlyCollection<object?> Args,
    LocalActivityOptions Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>A signal to a child.</summary>
/// <param name="Id">Workflow id of the child.</param>
/// <param name="Signal">Signal name.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record SignalChildWorkflowInput(
    string Id,
    string Signal,
    IReadOnlyCollection<object?> Args,
    ChildWorkflowSignalOptions? Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>A signal to another workflow.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run id; null for the current run.</param>
/// <param name="Signal">Signal name.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record SignalExternalWorkflowInput(
    string Id,
    string? RunId,
    string Signal,
    IReadOnlyCollection<object?> Args,
    ExternalWorkflowSignalOptions? Options,
    IDictionary<string, Payload>? Headers
);

/// <summary>A child workflow to be started.</summary>
/// <param name="Workflow">Workflow type.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record StartChildWorkflowInput(
    string Workflow,
    IReadOnlyCollection<object?> Args,
    ChildWorkflowOptions Options,
    IDictionary<string, Payload>? Headers
);
