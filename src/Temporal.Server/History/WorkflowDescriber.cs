using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Activity.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;
using CallbackInfo = Temporalio.Api.Workflow.V1.CallbackInfo;

namespace Temporal.Server.History;

/// <summary>Builds the description of a run for <c>DescribeWorkflowExecution</c>.</summary>
internal static class WorkflowDescriber
{
    // The value that the Temporal server returns for a run without a time limit.
    private static readonly Timestamp Never = new() { Seconds = -62135596800 };

    public static DescribeWorkflowExecutionResponse Describe(MutableState run)
    {
        var answer = new DescribeWorkflowExecutionResponse
        {
            ExecutionConfig = new WorkflowExecutionConfig
            {
                TaskQueue = run.Start.TaskQueue,
                WorkflowExecutionTimeout = run.Start.WorkflowExecutionTimeout,
                WorkflowRunTimeout = run.Start.WorkflowRunTimeout,
                DefaultWorkflowTaskTimeout = run.Start.WorkflowTaskTimeout,
                UserMetadata = run.UserMetadata,
            },
            WorkflowExecutionInfo = Info(run),
            WorkflowExtendedInfo = new WorkflowExecutionExtendedInfo
            {
                ExecutionExpirationTime = run.Start.WorkflowExecutionExpirationTime,
                RunExpirationTime = run.RunExpiration?.Stamp() ?? Never,
                CancelRequested = run.CancelRequested,
                LastResetTime = run.Record.LastResetTime,
                OriginalStartTime = run.Record.OriginalStartTime,
                ResetRunId = run.Record.ResetRunId,
                PauseInfo = run.PauseInfo,
            },
        };
        answer.WorkflowExtendedInfo.RequestIdInfos.Add(run.Record.RequestIds);
        answer.PendingActivities.AddRange(run.Activities.All.OrderBy(a => a.ScheduledEventId).Select(a => Activity(run, a)));
        answer.PendingChildren.AddRange(
            run.Children.All.OrderBy(c => c.InitiatedEventId)
                .Select(c => new PendingChildExecutionInfo
                {
                    WorkflowId = c.Initiated.WorkflowId,
                    RunId = c.RunId,
                    WorkflowTypeName = c.TypeName,
                    InitiatedId = c.InitiatedEventId,
                    ParentClosePolicy = c.Initiated.ParentClosePolicy,
                })
        );
        answer.PendingWorkflowTask = run.Task is not { } task
            ? null
            : new PendingWorkflowTaskInfo
            {
                State = task.StartedEventId > 0 ? PendingWorkflowTaskState.Started : PendingWorkflowTaskState.Scheduled,
                ScheduledTime = task.ScheduledTime,
                OriginalScheduledTime = task.OriginalScheduledTime,
                StartedTime = task.StartedTime,
                Attempt = task.Attempt,
            };

        answer.Callbacks.AddRange(
            run.Record.Callbacks.Select(c => new CallbackInfo
            {
                Callback = c,
                Trigger = new CallbackInfo.Types.Trigger { WorkflowClosed = new CallbackInfo.Types.WorkflowClosed() },
                RegistrationTime = run.StartTime.Stamp(),
                State = CallbackState.Standby,
            })
        );
        return answer;
    }

    public static WorkflowExecutionInfo Info(MutableState run)
    {
        var info = new WorkflowExecutionInfo
        {
            Execution = run.Execution,
            Type = run.Start.WorkflowType,
            StartTime = run.StartTime.Stamp(),
            CloseTime = run.CloseTime?.Stamp(),
            Status = run.Status,
            HistoryLength = run.NextEventId - 1,
            ExecutionTime = run.ExecutionTime.Stamp(),
            Memo = run.Memo,
            SearchAttributes = VisibilityRecords.SearchAttributesOf(run),
            AutoResetPoints = new ResetPoints(),
            TaskQueue = run.Start.TaskQueue.Name,
            StateTransitionCount = run.Record.StateTransitions,
            HistorySizeBytes = run.Record.HistorySize,
            ExecutionDuration = run.CloseTime is { } closed ? (closed - run.ExecutionTime).AsDuration() : null,
            RootExecution = run.Root,
            FirstRunId = run.FirstRunId,
            MostRecentWorkerVersionStamp = run.WorkerVersion,
            WorkerDeploymentName = WorkflowDeploymentVersionResolver.Version(run)?.DeploymentName ?? run.DeploymentName,
            Priority = run.Priority,
            ParentExecution = run.Start.ParentWorkflowExecution,
            ParentNamespaceId = run.Start.ParentWorkflowNamespaceId,
        };
        info.AutoResetPoints.Points.AddRange(run.Record.ResetPoints);
        if (run.Record.VersioningOverride is not null || run.Deployment is not null || run.Record.Transition is not null)
        {
            info.VersioningInfo = new WorkflowExecutionVersioningInfo
            {
                Behavior = run.Behavior,
                DeploymentVersion = run.Deployment,
                Version = run.Deployment is null ? "" : DeploymentVersionText.Dotted(run.Deployment),
                VersioningOverride = ToBothForms(run.Record.VersioningOverride),
                RevisionNumber = run.Record.RevisionNumber,
                VersionTransition = run.Record.Transition is { } transition
                    ? new DeploymentVersionTransition { Version = DeploymentVersionText.Dotted(transition), DeploymentVersion = transition }
                    : null,
                ContinueAsNewInitialVersioningBehavior =
                    run.Start.InheritedAutoUpgradeInfo?.ContinueAsNewInitialVersioningBehavior
                    ?? ContinueAsNewVersioningBehavior.Unspecified,
            };
        }

        return info;
    }

    /// <summary>Returns a versioning override in both the older and the newer form, because clients may read either one.</summary>
    private static VersioningOverride? ToBothForms(VersioningOverride? versioning)
    {
        if (versioning is null)
        {
            return null;
        }

        var shown = versioning.Clone();
#pragma warning disable CS0612 // Clients of older releases read these.
        if (versioning.Pinned?.Version is { } version)
        {
            shown.Behavior = VersioningBehavior.Pinned;
            shown.PinnedVersion = DeploymentVersionText.Dotted(version);
        }
        else if (versioning.AutoUpgrade)
        {
            shown.Behavior = VersioningBehavior.AutoUpgrade;
        }
#pragma warning restore CS0612
        return shown;
    }

    private static PendingActivityInfo Activity(MutableState run, PendingActivity activity)
    {
        var record = activity.Record;
        var scheduled = activity.Scheduled;
        var started = record.StartedTime is not null;
        var backsOff = !started && record.WaitsForRetry && record.ScheduledTime.Time() > run.Now;
        var info = new PendingActivityInfo
        {
            ActivityId = scheduled.ActivityId,
            ActivityType = scheduled.ActivityType,
            State =
                record.CancelRequested ? PendingActivityState.CancelRequested
                : record.Paused
                    ? started ? PendingActivityState.PauseRequested
                        : PendingActivityState.Paused
                : started ? PendingActivityState.Started
                : PendingActivityState.Scheduled,
            HeartbeatDetails = record.HeartbeatDetails,
            LastHeartbeatTime = record.LastHeartbeat,
            LastStartedTime = record.StartedTime,
            Attempt = record.Attempt,
            MaximumAttempts = activity.RetryPolicy?.MaximumAttempts ?? 0,
            ScheduledTime = record.ScheduledTime,
            ExpirationTime = activity.Expiration?.Stamp(),
            LastFailure = record.LastFailure,
            LastWorkerIdentity = record.LastIdentity,
            LastAttemptCompleteTime = record.LastAttemptComplete,
            CurrentRetryInterval = backsOff && !record.Paused ? record.RetryInterval : null,
            NextAttemptScheduleTime = backsOff ? record.ScheduledTime : null,
            Paused = record.Paused,
            Priority = activity.Priority,
            ActivityOptions = Options(activity),
        };
        if (record.Paused)
        {
            info.PauseInfo = new PendingActivityInfo.Types.PauseInfo
            {
                PauseTime = record.PauseTime,
                Manual = new PendingActivityInfo.Types.PauseInfo.Types.Manual
                {
                    Identity = record.PauseIdentity,
                    Reason = record.PauseReason,
                },
            };
        }

        return info;
    }

    public static ActivityOptions Options(PendingActivity activity) =>
        new()
        {
            TaskQueue = new TaskQueue { Name = activity.TaskQueue, NormalName = activity.TaskQueue },
            ScheduleToCloseTimeout = activity.ScheduleToClose.AsDuration(),
            ScheduleToStartTimeout = activity.ScheduleToStart.AsDuration(),
            StartToCloseTimeout = activity.StartToClose.AsDuration(),
            HeartbeatTimeout = activity.Heartbeat.AsDuration(),
            RetryPolicy = activity.RetryPolicy,
            Priority = activity.Priority,
        };
}
