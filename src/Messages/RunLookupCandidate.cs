using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Messages;

/// <summary>Names of task queues. All workflows share one queue. Each repository has one queue per host for its activities.</summary>
public static class QueueNames
{
    /// <summary>Name of the task queue for all workflows, and for the activity that finds a repository's queue.</summary>
    public const string Workflows = "orchestrator";

    /// <summary>Returns the name of the queue for a repository on a host. Only workers that serve this repository poll it.</summary>
    /// <param name="host">The host's identity, because host names are not unique.</param>
    /// <param name="repositoryKey">12 hex digits of the SHA-256 of the common git directory's real path.</param>
    public static string ForRepository(string host, string repositoryKey) => $"{Workflows}@{host}/{repositoryKey}";

    /// <summary>
    /// Extracts the host from the name of a repository's queue, or returns null for other queues. The inverse of
    /// <see cref="ForRepository"/>.
    /// </summary>
    /// <param name="queue">Name of a task queue.</param>
    public static string? MachineOf(string queue) =>
        queue.StartsWith(Workflows + "@", StringComparison.Ordinal)
        && queue.LastIndexOf('/') is var slash
        && slash > Workflows.Length + 1
        && slash < queue.Length - 1
            ? queue[(Workflows.Length + 1)..slash]
            : null;

    /// <summary>Returns the name of the task queue through which worker hosts offer slots to distributed runs.</summary>
    /// <param name="places">Identity shared by the clones of one repository (<see cref="RunWorkflowSettings.Places"/>).</param>
    /// <param name="label">Label that the host must have, or null for any host.</param>
    public static string ForPlaces(string places, string? label = null) =>
        label is null ? $"{Workflows}-places/{places}" : $"{Workflows}-places/{places}/{label}";

    private const string Leaving = "leaving-";
    private const string Left = "left-";

    /// <summary>
    /// Returns the name of a run's queue while its owner host is draining the run and still pushing the run's data. No worker polls this
    /// queue.
    /// </summary>
    /// <param name="host">The host that drains the run.</param>
    /// <param name="repositoryKey">As in <see cref="ForRepository"/>.</param>
    public static string ForLeaving(string host, string repositoryKey) => ForRepository(Leaving + host, repositoryKey);

    /// <summary>
    /// Returns the name of a drained run's queue after all data of the run has been pushed. Another host may then take the run over. No
    /// worker polls this queue.
    /// </summary>
    /// <param name="host">The host that drained the run.</param>
    /// <param name="repositoryKey">As in <see cref="ForRepository"/>.</param>
    public static string ForLeft(string host, string repositoryKey) => ForRepository(Left + host, repositoryKey);

    /// <summary>Returns the host that is draining, or has drained, the run with the given queue, or null for other queues.</summary>
    /// <param name="queue">Name of a task queue.</param>
    /// <param name="isReady">True if all data that the run needs is pushed.</param>
    public static string? DrainingHostOf(string queue, out bool isReady) => DrainingHostOfMachine(MachineOf(queue) ?? "", out isReady);

    /// <summary>
    /// Returns the host that is draining, or has drained, a run, given the host part of the run's queue name (<see cref="MachineOf"/>).
    /// Returns null if the run is not being drained.
    /// </summary>
    public static string? DrainingHostOfMachine(string machine, out bool isReady)
    {
        isReady = machine.StartsWith(Left, StringComparison.Ordinal);
        return isReady ? machine[Left.Length..]
            : machine.StartsWith(Leaving, StringComparison.Ordinal) ? machine[Leaving.Length..]
            : null;
    }
}

/// <summary>Workflow ids, the names derived from them, and queries for workflows.</summary>
public static class RunIds
{
    /// <summary>Name that stands for the merge queue where a task id is expected. Task ids in plans never start with a dot.</summary>
    public const string Train = ".train";

    private const int LongestFairnessKey = 64;

    private const string Children =
        "(WorkflowType = 'TaskWorkflow' OR WorkflowType = 'PlanningWorkflow' OR WorkflowType = 'ReviewWorkflow' OR WorkflowType = "
        + "'MergeTrainWorkflow')";

    /// <summary>
    /// Returns the Temporal fairness key of a run's workflows and activities: the run id, or its hash if it is too long for a key.
    /// </summary>
    public static string FairnessKey(string runId) =>
        Encoding.UTF8.GetByteCount(runId) <= LongestFairnessKey
            ? runId
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runId)));

    /// <summary>Returns the workflow id of a run's merge queue.</summary>
    public static string ForTrain(string runId) => ForTask(runId, Train);

    /// <summary>Returns the workflow id of a task.</summary>
    public static string ForTask(string runId, string taskId) => $"{runId}/{taskId}";

    /// <summary>
    /// Returns the id of the run that started the child workflow with the given id, or null if that workflow is a run itself. Run ids may
    /// contain slashes, but task ids can't.
    /// </summary>
    /// <param name="workflowId">Id of the workflow.</param>
    /// <returns>The run's id, or null if the workflow is a run itself.</returns>
    public static string? Above(string workflowId) => workflowId.LastIndexOf('/') is var slash and > 0 ? workflowId[..slash] : null;

    /// <summary>Returns the task id that is part of a task's workflow id. The inverse of <see cref="ForTask"/>.</summary>
    /// <param name="runId">The run that the task belongs to.</param>
    /// <param name="workflowId">Workflow id of a task of that run.</param>
    public static string TaskOf(string runId, string workflowId) => workflowId[(runId.Length + 1)..];

    /// <summary>Returns the visibility query for a run's open child workflows: its tasks, planners, reviews and merge queue.</summary>
    /// <param name="runId">Id of the run, or null for all runs.</param>
    public static string OpenChildrenQuery(string? runId = null)
    {
        const string Open = $"ExecutionStatus = 'Running' AND {Children}";
        return runId is null ? Open : $"{Open} AND {Below(runId)}";
    }

    /// <summary>
    /// Returns the visibility query for a run's child workflows that failed, timed out, or were terminated or canceled. Such workflows
    /// might not have sent a report.
    /// </summary>
    public static string LostChildrenQuery(string runId) =>
        $"ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled') AND {Children} AND {Below(runId)}";

    /// <summary>Returns the visibility query for a run and all its child workflows, with all executions of each.</summary>
    public static string FamilyQuery(string runId) => $"WorkflowId = '{Quoted(runId)}' OR {Below(runId)}";

    /// <summary>
    /// Returns the visibility query for a run's open workflows: the run itself and its tasks, planners, reviews and merge queue.
    /// </summary>
    public static string OpenFamilyQuery(string runId) =>
        $"ExecutionStatus = 'Running' AND (WorkflowId = '{Quoted(runId)}' OR {Below(runId)})";

    private static string Below(string runId) => $"WorkflowId STARTS_WITH '{Quoted(runId)}/'";

    private static string Quoted(string runId) =>
        runId.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);

    /// <summary>Returns the workflow id of a repository's lease workflow.</summary>
    public static string ForLeases(string repositoryKey) => $"leases-{repositoryKey}";

    /// <summary>Returns the workflow id of an account's governor, which admits agent runs according to the account's limits.</summary>
    public static string ForGovernor(string account) => $"{Governor}{account}";

    /// <summary>Visibility query for the running governors of all accounts.</summary>
    public const string GovernorsQuery = "WorkflowType = 'GovernorWorkflow' AND ExecutionStatus = 'Running'";

    private const string Governor = "governor-";

    /// <summary>Creates a readable run id: <c>run-&lt;slug&gt;-&lt;6 hex&gt;</c>.</summary>
    /// <param name="title">Title of the run; its first words become the slug.</param>
    /// <param name="unique">Any unique value; six of its hex digits are used.</param>
    /// <param name="kind">First word of the id: <c>run</c>, or <c>plan</c> for a run that only makes a plan.</param>
    public static string Create(string title, Guid unique, string kind = "run")
    {
        var slug = new string(title.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-').ToArray());
        slug = string.Join('-', slug.Split('-', StringSplitOptions.RemoveEmptyEntries));
        if (slug.Length > 32)
        {
            slug = slug[..32].TrimEnd('-');
        }
        var hex = unique.ToString("n")[..6];
        return slug.Length == 0 ? $"{kind}-{hex}" : $"{kind}-{slug}-{hex}";
    }
}
