namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Creates the summaries of activities that Temporal's Web UI shows in histories. The activity's type names the step but not its subject.
/// </summary>
internal static class ActivitySummaryFormatter
{
    /// <summary>Returns the summary of an activity, or null if the activity's name is sufficient.</summary>
    /// <param name="argument">First argument of the activity.</param>
    public static string? Of(object? argument) =>
        TemporalUiTextTruncator.Summary(
            argument switch
            {
                string path => $"Find the repository {path}",
                IReadOnlyList<string> runs => $"Check whether {List(runs)} ended",
                _ => OfTask(argument) ?? OfRun(argument) ?? OfModels(argument) ?? OfTrain(argument),
            }
        );

    private static string? OfTask(object? argument) =>
        argument switch
        {
            PrepareTaskInput x => $"Prepare the worktree of {x.Task.Task.Id}, attempt {x.Attempt}",
            RunAgentInput { Stop: true } x => $"Stop the agent of {x.Task.Task.Id}",
            RunAgentInput { Report: not null } x => $"Run the agent of {x.Task.Task.Id}, attempt {x.Attempt}, and verify its work",
            RunAgentInput x => $"Run the agent of {x.Task.Task.Id}, attempt {x.Attempt}",
            VerifyTaskInput x => $"Verify {x.Task.Task.Id}, attempt {x.Attempt}",
            ReleaseTaskInput x => $"Release the worktree of {x.TaskId}",
            HoldSlotInput x => $"Hold a slot on a host for {x.TaskId}",
            PushTaskWorkInput x => $"Share {x.TaskId} with its host",
            FetchTaskWorkInput x => $"Fetch the shared work of {x.TaskId}",
            VerifyPublishedMergeInput x => $"Run the gates of {x.Gate.Requests[^1].TaskId} in a free slot",
            EvaluateAgentRequestInput x => $"Decide on the request of {x.Task.Task.Id}",
            InstallPackagesInput x => $"Install for {x.Task.Task.Id}: {List([.. x.Packages.Select(package => package.Name)])}",
            ConcludeAgentRequestInput x => $"Answer the request of {x.Task.Task.Id}",
            SplitTaskInput x => $"Split {x.Task} into parts",
            _ => null,
        };

    private static string? OfRun(object? argument) =>
        argument switch
        {
            LoadPlanInput { Input.PlanFile: { } file } => $"Read the plan {file}",
            LoadPlanInput { Input.Plan: not null } => "Read the run's start plan",
            LoadPlanInput => "Read the planner's plan",
            ReadTasksInput x => $"Read the tasks of the plan from number {x.Offset + 1} on",
            PreflightInput => "Preflight: git, base, disk, agent, set-up and gates",
            RecordProgressInput x => Recorded(x),
            ReadTaskInput x => $"Read the result of {x.TaskId}",
            StoreCheckpointInput x => $"Store the state of {Plural.Of(x.Tasks.Count, "task")}",
            ReadCheckpointInput x => $"Read the state of the tasks from number {x.Offset + 1} on",
            SendLeaseSignalInput x => x.Tasks.Count == 0 ? $"Leases: {x.Step}" : $"Leases: {x.Step} for {List(x.Tasks)}",
            FindEarlierWorkInput => "Find leftovers of the replaced execution",
            LandInput x => $"Land {x.Staging} on {x.Target}",
            FindManualFixInput x => $"Look for commits by a user on {x.Staging}",
            VerifyFixInput x => $"Run the gates on commits by a user on {x.Fix.Staging}",
            RetainRunWorkInput => "Keep the work of the cancelled run",
            AddTasksInput x => $"Add {Plural.Of(x.Tasks.Count, "task")} from a user",
            RaiseBudgetInput x => $"Raise the budget of {BudgetText.ScopeText(x.Command.Kind)}",
            SendNoticesInput x => $"Send {Plural.Of(x.Notices.Count, "notice")}",
            FinishRunInput x => $"Write the report ({x.Run.State}) and remove worktrees",
            _ => null,
        };

    private static string? OfModels(object? argument) =>
        argument switch
        {
            PreparePlanningInput => "Prepare the planner",
            AskAgentInput { Stop: true } x => $"Stop: {Asked(x.Question)}",
            AskAgentInput x => $"{Asked(x.Question)}, attempt {x.Attempt}",
            ValidateAgentAnswerInput x => $"Check the answer: {Asked(x.Question)}",
            EndPlanningInput => "Store the planner's plan",
            PrepareReplanInput => "Prepare a new plan",
            ConcludeReplanInput => "Add the tasks of the new plan",
            CompareIdenticalTasksInput => "Compare results of the same task",
            PrepareReviewInput x => $"Start round {x.Round.Number} of the review",
            ConcludeReviewInput x => $"Conclude round {x.Round.Number} of the review",
            EndReviewInput => "End the review",
            _ => null,
        };

    private static string? OfTrain(object? argument) =>
        argument switch
        {
            MergeBatchInput x => $"Merge, check and land: {List([.. x.Build.Requests.Select(request => request.TaskId)])}",
            FindAffectedRepositoryPartsInput x =>
                $"Look up the work that depends on: {List([.. x.Requests.Select(request => request.TaskId)])}",
            BuildBatchInput x => $"Merge: {List([.. x.Requests.Select(request => request.TaskId)])}",
            VerifyMergeBatchInput x => $"Run the gates on: {List([.. x.Requests.Select(request => request.TaskId)])}",
            AdvanceStagingBranchInput x => $"Move staging to: {List([.. x.Merges.Select(merge => merge.TaskId)])}",
            _ => null,
        };

    private static string Recorded(RecordProgressInput progress) =>
        progress.Tasks.Count > 0
            ? $"Record changes of {Plural.Of(progress.Tasks.Count, "task")}; the run is {progress.Run.State}"
            : $"Record the state of the run: {progress.Run.State}";

    private static string Asked(AgentQuestion question) =>
        question switch
        {
            { Review: { } x } => $"review part {x.Part} in round {x.Round.Number}",
            { Task: { } x } => $"let the planner answer {x.Task.Task.Id}",
            _ => "make a plan",
        };

    private static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(4)) + (names.Count > 4 ? $" and {names.Count - 4} more" : "");
}
