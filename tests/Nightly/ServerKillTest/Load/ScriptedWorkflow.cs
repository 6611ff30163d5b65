using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Orchestrator.ServerKillTest.Load;

/// <summary>The code of the scripted workflows: a pure function from a history to the next commands.</summary>
internal static class ScriptedWorkflow
{
    public const string Queue = "scripted";
    public const string ActivityQueue = "scripted-activities";

    /// <summary>Commands of the workflow task whose history this is.</summary>
    public static IReadOnlyList<Command> Decide(IReadOnlyList<HistoryEvent> history)
    {
        var (plan, generation, carried) = WorkflowPlan.Decode(Text(history[0].WorkflowExecutionStartedEventAttributes.Input));
        int Count(EventType type) => history.Count(e => e.EventType == type);
        if (plan.End == PlannedEnd.Cancelled && Count(EventType.WorkflowExecutionCancelRequested) > 0)
        {
            return
            [
                new Command
                {
                    CommandType = CommandType.CancelWorkflowExecution,
                    CancelWorkflowExecutionCommandAttributes = new CancelWorkflowExecutionCommandAttributes(),
                },
            ];
        }

        var signals = carried + Count(EventType.WorkflowExecutionSignaled);
        if (generation < plan.Generations)
        {
            return [ContinueAsNew(plan, generation + 1, signals)];
        }
        return Step(plan, Count, signals) is { } command ? [command] : [];
    }

    /// <summary>Text as a payload.</summary>
    public static Payloads Payloads(string text) => new() { Payloads_ = { new Payload { Data = ByteString.CopyFromUtf8(text) } } };

    /// <summary>Text of a payload.</summary>
    public static string Text(Payloads? payloads) => payloads is { Payloads_.Count: > 0 } ? payloads.Payloads_[0].Data.ToStringUtf8() : "";

    private static Command? Step(WorkflowPlan plan, Func<EventType, int> count, int signals)
    {
        var activities = count(EventType.ActivityTaskScheduled);
        if (activities > count(EventType.ActivityTaskCompleted))
        {
            return null;
        }
        if (activities < plan.Activities)
        {
            return Activity($"a{activities}");
        }
        var timers = count(EventType.TimerStarted);
        if (timers > count(EventType.TimerFired))
        {
            return null;
        }
        if (timers < plan.Timers)
        {
            return Timer($"t{timers}");
        }
        if (plan.HasChild && count(EventType.StartChildWorkflowExecutionInitiated) == 0)
        {
            return Child(plan);
        }
        if (plan.HasChild && count(EventType.ChildWorkflowExecutionCompleted) == 0)
        {
            return null;
        }
        if (plan.Target.Length > 0 && count(EventType.ExternalWorkflowExecutionSignaled) == 0)
        {
            // Again while the target is not started yet.
            return count(EventType.SignalExternalWorkflowExecutionInitiated) > count(EventType.SignalExternalWorkflowExecutionFailed)
                ? null
                : Signal(plan);
        }

        return signals < plan.ClientSignals + plan.OtherSignals ? null : End(plan, count, signals);
    }

    private static Command? End(WorkflowPlan plan, Func<EventType, int> count, int signals) =>
        plan.End switch
        {
            PlannedEnd.Completes => new Command
            {
                CommandType = CommandType.CompleteWorkflowExecution,
                CompleteWorkflowExecutionCommandAttributes = new CompleteWorkflowExecutionCommandAttributes
                {
                    Result = Payloads(
                        WorkflowPlan.Summary(
                            count(EventType.ActivityTaskCompleted),
                            signals,
                            count(EventType.TimerFired),
                            count(EventType.ChildWorkflowExecutionCompleted) > 0
                        )
                    ),
                },
            },
            PlannedEnd.Fails => new Command
            {
                CommandType = CommandType.FailWorkflowExecution,
                FailWorkflowExecutionCommandAttributes = new FailWorkflowExecutionCommandAttributes
                {
                    Failure = new Temporalio.Api.Failure.V1.Failure { Message = "as planned" },
                },
            },
            _ => null,
        };

    private static Command Activity(string id) =>
        new()
        {
            CommandType = CommandType.ScheduleActivityTask,
            ScheduleActivityTaskCommandAttributes = new ScheduleActivityTaskCommandAttributes
            {
                ActivityId = id,
                ActivityType = new ActivityType { Name = "Scripted" },
                TaskQueue = new TaskQueue { Name = ActivityQueue },
                StartToCloseTimeout = new Duration { Seconds = 2 },
                RetryPolicy = new RetryPolicy
                {
                    InitialInterval = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50)),
                    BackoffCoefficient = 1,
                },
            },
        };

    private static Command Timer(string id) =>
        new()
        {
            CommandType = CommandType.StartTimer,
            StartTimerCommandAttributes = new StartTimerCommandAttributes
            {
                TimerId = id,
                StartToFireTimeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(20)),
            },
        };

    private static Command Child(WorkflowPlan plan) =>
        new()
        {
            CommandType = CommandType.StartChildWorkflowExecution,
            StartChildWorkflowExecutionCommandAttributes = new StartChildWorkflowExecutionCommandAttributes
            {
                WorkflowId = ChildOf(plan).Id,
                WorkflowType = new WorkflowType { Name = "Scripted" },
                TaskQueue = new TaskQueue { Name = Queue },
                Input = Payloads(ChildOf(plan).Encode(0, 0)),
                WorkflowTaskTimeout = new Duration { Seconds = 2 },
            },
        };

    /// <summary>The plan of a plan's child.</summary>
    public static WorkflowPlan ChildOf(WorkflowPlan plan) => new(plan.Id + "-child", 1, 0, 0, 0, 0, false, "", PlannedEnd.Completes);

    private static Command Signal(WorkflowPlan plan) =>
        new()
        {
            CommandType = CommandType.SignalExternalWorkflowExecution,
            SignalExternalWorkflowExecutionCommandAttributes = new SignalExternalWorkflowExecutionCommandAttributes
            {
                Execution = new WorkflowExecution { WorkflowId = plan.Target },
                SignalName = "from-" + plan.Id,
            },
        };

    private static Command ContinueAsNew(WorkflowPlan plan, int generation, int carried) =>
        new()
        {
            CommandType = CommandType.ContinueAsNewWorkflowExecution,
            ContinueAsNewWorkflowExecutionCommandAttributes = new ContinueAsNewWorkflowExecutionCommandAttributes
            {
                Input = Payloads(plan.Encode(generation, carried)),
            },
        };
}
