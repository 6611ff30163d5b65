namespace Orchestrator.Messages;

/// <summary>Task queues. Workflows share one; the activities of a run go to the queue of its repository on its machine.</summary>
public static class QueueNames
{
    /// <summary>All workflows, and the one activity that finds a repository's queue.</summary>
    public const string Workflows = "orchestrator";

    /// <summary>Queue of one repository on one machine: polled only by workers that serve that repository.</summary>
    /// <param name="host">The machine's identity; host names are not unique.</param>
    /// <param name="repositoryKey">12 hex digits of the SHA-256 of the common git directory's real path.</param>
    public static string ForRepository(string host, string repositoryKey) => $"{Workflows}@{host}/{repositoryKey}";

    /// <summary>The machine of a repository's queue: inverse of <see cref="ForRepository"/>. Null: it is no such queue.</summary>
    /// <param name="queue">Name of a task queue.</param>
    public static string? MachineOf(string queue) =>
        queue.StartsWith(Workflows + "@", StringComparison.Ordinal)
        && queue.LastIndexOf('/') is var slash
        && slash > Workflows.Length + 1
        && slash < queue.Length - 1
            ? queue[(Workflows.Length + 1)..slash]
            : null;

    /// <summary>Queue of the places that hosts offer to tasks of runs that others began.</summary>
    /// <param name="places">What the clones of one repository share (<see cref="RunRules.Places"/>).</param>
    /// <param name="label">Only hosts with this label; null: any.</param>
    public static string ForPlaces(string places, string? label = null) =>
        label is null ? $"{Workflows}-places/{places}" : $"{Workflows}-places/{places}/{label}";

    private const string Leaving = "leaving-";
    private const string Left = "left-";

    /// <summary>Queue of a run while the machine that gives it away still pushes what it has. Nobody serves it.</summary>
    /// <param name="host">The machine that gives the run away.</param>
    /// <param name="repositoryKey">As in <see cref="ForRepository"/>.</param>
    public static string ForLeaving(string host, string repositoryKey) => ForRepository(Leaving + host, repositoryKey);

    /// <summary>Queue of a run that a machine has given away, with all that is needed of it pushed: any other machine may take it. Nobody
    /// serves the queue.</summary>
    /// <param name="host">The machine that gave the run away.</param>
    /// <param name="repositoryKey">As in <see cref="ForRepository"/>.</param>
    public static string ForLeft(string host, string repositoryKey) => ForRepository(Left + host, repositoryKey);

    /// <summary>The machine that has given away, or is giving away, the run of a queue; null: the queue is no such one.</summary>
    /// <param name="queue">Name of a task queue.</param>
    /// <param name="isReady">True: all that is needed of the run was pushed.</param>
    public static string? GivenAwayBy(string queue, out bool isReady) => GiverOf(MachineOf(queue) ?? "", out isReady);

    /// <summary>As <see cref="GivenAwayBy"/>, by what the queue has in place of a machine (<see cref="MachineOf"/>).</summary>
    public static string? GiverOf(string machine, out bool isReady)
    {
        isReady = machine.StartsWith(Left, StringComparison.Ordinal);
        return isReady ? machine[Left.Length..]
            : machine.StartsWith(Leaving, StringComparison.Ordinal) ? machine[Leaving.Length..]
            : null;
    }
}

/// <summary>Ids of workflows and names derived from them.</summary>
public static class RunIds
{
    /// <summary>Name of the merge train in place of a task id: no task's id begins with a dot.</summary>
    public const string Train = ".train";

    private const string Children =
        "(WorkflowType = 'TaskWorkflow' OR WorkflowType = 'PlanningWorkflow' OR WorkflowType = 'ReviewWorkflow' OR WorkflowType = "
        + "'MergeTrainWorkflow')";

    /// <summary>Id of the merge train of a run.</summary>
    public static string ForTrain(string runId) => ForTask(runId, Train);

    /// <summary>Id of a task's workflow.</summary>
    public static string ForTask(string runId, string taskId) => $"{runId}/{taskId}";

    /// <summary>The run of a workflow that is below one: inverse of <see cref="ForTask"/>. The id of a run may have slashes, that of a task
    /// has none.</summary>
    /// <param name="workflowId">Id of the workflow.</param>
    /// <returns>Null: nothing is above it, so it is a run itself.</returns>
    public static string? Above(string workflowId) => workflowId.LastIndexOf('/') is var slash and > 0 ? workflowId[..slash] : null;

    /// <summary>The task id of a task's workflow id: inverse of <see cref="ForTask"/>.</summary>
    /// <param name="runId">The run that the task belongs to.</param>
    /// <param name="workflowId">Id of one of its tasks' workflows.</param>
    public static string TaskOf(string runId, string workflowId) => workflowId[(runId.Length + 1)..];

    /// <summary>Visibility query for open workflows below a run: tasks, planners, its merge train.</summary>
    /// <param name="runId">Of one run; null: of all.</param>
    public static string OpenChildrenQuery(string? runId = null)
    {
        const string Open = $"ExecutionStatus = 'Running' AND {Children}";
        return runId is null ? Open : $"{Open} AND {Below(runId)}";
    }

    /// <summary>Visibility query for workflows below a run (tasks, planners, merge train) that were ended from outside, without a
    /// report.</summary>
    public static string LostChildrenQuery(string runId) =>
        $"ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled') AND {Children} AND {Below(runId)}";

    /// <summary>Visibility query for a run and everything below it, all executions of each.</summary>
    public static string FamilyQuery(string runId) => $"WorkflowId = '{Quoted(runId)}' OR {Below(runId)}";

    /// <summary>Visibility query for the open workflows of a run: itself, tasks, planners, merge train.</summary>
    public static string OpenFamilyQuery(string runId) =>
        $"ExecutionStatus = 'Running' AND (WorkflowId = '{Quoted(runId)}' OR {Below(runId)})";

    private static string Below(string runId) => $"WorkflowId STARTS_WITH '{Quoted(runId)}/'";

    private static string Quoted(string runId) =>
        runId.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);

    /// <summary>Id of the lease workflow of a repository.</summary>
    public static string ForLeases(string repositoryKey) => $"leases-{repositoryKey}";

    /// <summary>Id of the governor of an account.</summary>
    public static string ForGovernor(string account) => $"{Governor}{account}";

    /// <summary>Visibility query for the governors of all accounts.</summary>
    public const string GovernorsQuery = "WorkflowType = 'GovernorWorkflow' AND ExecutionStatus = 'Running'";

    private const string Governor = "governor-";

    /// <summary>A readable run id: <c>run-&lt;slug&gt;-&lt;6 hex&gt;</c>.</summary>
    /// <param name="title">Title of the run; its first words become the slug.</param>
    /// <param name="unique">Anything unique; six hex digits of it are used.</param>
    /// <param name="kind">First word of the id: <c>run</c>, or <c>plan</c> for one that ends with its plan.</param>
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
