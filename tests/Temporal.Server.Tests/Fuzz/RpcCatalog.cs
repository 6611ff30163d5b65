using System.Reflection;
using Google.Protobuf.Reflection;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>The RPCs that the descriptors have, and what is known of them without any answer.</summary>
internal static class RpcCatalog
{
    private static readonly HashSet<string> WaitingOnes =
    [
        "QueryWorkflow",
        "UpdateWorkflowExecution",
        "PollWorkflowExecutionUpdate",
        "ExecuteMultiOperation",
        "PollWorkflowTaskQueue",
        "PollActivityTaskQueue",
        "PollNexusTaskQueue",
        // With the filter for the closing event, also where nothing is said of waiting.
        "GetWorkflowExecutionHistory",
    ];

    private static readonly string[] Asking = ["Get", "List", "Describe", "Count", "Scan"];

    // It would take the namespace away under the others.
    private static readonly HashSet<string> LeftOut = ["DeleteNamespace", "DeprecateNamespace"];

    /// <summary>All of the services for clients and operators.</summary>
    public static IReadOnlyList<MethodDescriptor> Methods { get; } =
    [
        .. typeof(StartWorkflowExecutionRequest)
            .Assembly.GetTypes()
            .Where(type => type.Name == "ServiceReflection")
            .Select(type => (FileDescriptor)type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!)
            .Where(file => file.Package is "temporal.api.workflowservice.v1" or "temporal.api.operatorservice.v1")
            .SelectMany(file => file.Services)
            .SelectMany(service => service.Methods)
            .Where(method => !LeftOut.Contains(method.Name))
            .OrderBy(method => method.Name, StringComparer.Ordinal),
    ];

    /// <summary>
    /// Refused whatever is asked: no worker of these tests has a version, and, as on the server that ours is like, the two older ways of
    /// versioning are switched off and nothing is archived.
    /// </summary>
    public static bool IsRefusedHere(string method) =>
        method.Contains("WorkerDeployment", StringComparison.Ordinal)
        || method.Contains("WorkerVersioningRules", StringComparison.Ordinal)
        || method.Contains("WorkerBuildIdCompatibility", StringComparison.Ordinal)
        || method is "GetWorkerTaskReachability" or "ListArchivedWorkflowExecutions";

    /// <summary>Waits for others, so that its time limit says nothing.</summary>
    public static bool Waits(string method) => WaitingOnes.Contains(method);

    /// <summary>Waits for a task, which is not done with less than two seconds.</summary>
    public static bool Polls(string method) => method.EndsWith("TaskQueue", StringComparison.Ordinal) && Waits(method);

    /// <summary>Only asks, and changes nothing whatever the answer.</summary>
    public static bool Asks(string method) => Asking.Any(verb => method.StartsWith(verb, StringComparison.Ordinal));

    /// <summary>
    /// A refused request of these may have changed something, as documented: an answer to a task with a command that cannot be fails the
    /// task, and what waits for others has begun.
    /// </summary>
    public static bool MayChangeRefused(string method) => (Waits(method) && !Asks(method)) || method == "RespondWorkflowTaskCompleted";
}
