using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>
/// Makes requests of any kind from their descriptors: what a field holds is chosen by its name and type, from what is known to the server.
/// Most of them are valid; fields that depend on each other (such as a mask and its fields) are not always consistent.
/// </summary>
internal sealed class RequestGenerator(Random random, Seeds seeds)
{
    private const int Deepest = 5;

    private static readonly string[] Always =
    [
        "namespace",
        "execution",
        "workflow_execution",
        "workflow_id",
        "workflow_type",
        "task_queue",
        "schedule_id",
        "schedule",
        "action",
        "start_workflow",
        "spec",
        "interval",
        "request_id",
        "job_id",
        "reason",
        "signal_name",
        "signal",
        "query",
        "query_type",
        "task_token",
        "task_queue_type",
        "name",
        "input",
        "meta",
        "update_id",
        "update_ref",
        "request",
        "activity_id",
        "worker_instance_key",
        "patch",
        "search_attributes",
        "start_time",
        "end_time",
        "target",
        "endpoint",
        "id",
        "version",
        "workflow_task_finish_event_id",
        "visibility_query",
        "workflow_execution_retention_period",
        "activity_options",
        "workflow_task_timeout",
        "update_mask",
    ];

    // Fields that ask for what this server leaves out, or that would make the fuzz wait.
    private static readonly string[] Never =
    [
        "wait_new_event",
        "versioning_override",
        "versioning_behavior",
        "deployment",
        "deployment_options",
        "deployment_version",
        "worker_version_capabilities",
        "worker_version_stamp",
        "nexus_endpoint",
        "skip_archival",
        "cron_schedule",
        "jitter",
        "eager_worker_deployment_options",
        "time_skipping_config",
        "next_page_token",
        "workflow_run_timeout",
        "workflow_execution_timeout",
        "update_queue_rate_limit",
        "update_fairness_key_rate_limit_default",
    ];

    /// <summary>A request of a type.</summary>
    public IMessage Create(string method, MessageDescriptor type)
    {
        var request = Fill(method, type, 0);
        switch (request)
        {
            case ExecuteMultiOperationRequest both:
                Complete(both);
                break;
            case UpdateWorkflowExecutionRequest update when Known<KnownUpdate>("completed update") is { } known:
                Take(update, known);
                break;
            case PollWorkflowExecutionUpdateRequest poll when Known<KnownUpdate>("completed update") is { } known:
                poll.UpdateRef = new UpdateRef { WorkflowExecution = known.Execution, UpdateId = known.Id };
                break;
            case RespondActivityTaskCanceledRequest canceled when Known<ByteString>("cancelled.task_token") is { } token:
                canceled.TaskToken = token;
                break;
            case RespondActivityTaskCanceledByIdRequest canceled when Known<WorkflowExecution>("cancelled.execution") is { } run:
                (canceled.WorkflowId, canceled.RunId) = (run.WorkflowId, run.RunId);
                break;
            case PollActivityTaskQueueRequest poll when Known<string>("activity queue") is { } queue:
                poll.TaskQueue = new TaskQueue { Name = queue };
                break;
            case StopBatchOperationRequest stop when Known<string>("job_id") is { } job:
                stop.JobId = job;
                break;
            case AddSearchAttributesRequest added:
                added.SearchAttributes.Add($"Fuzz{random.Next(20)}", IndexedValueType.Keyword);
                break;
            case ResetWorkflowExecutionRequest reset:
                reset.WorkflowTaskFinishEventId = 4;
                break;
            default:
                break;
        }

        return request;
    }

    // The only pair that there is: a start and an update of the run that it starts.
    private void Complete(ExecuteMultiOperationRequest both)
    {
        var start = (StartWorkflowExecutionRequest)Fill("StartWorkflowExecution", StartWorkflowExecutionRequest.Descriptor, 0);
        var update = (UpdateWorkflowExecutionRequest)Fill("UpdateWorkflowExecution", UpdateWorkflowExecutionRequest.Descriptor, 0);
        update.WorkflowExecution = new WorkflowExecution { WorkflowId = start.WorkflowId };
        update.FirstExecutionRunId = "";
        if (Known<KnownUpdate>("completed update") is { } known)
        {
            start.WorkflowId = known.Execution.WorkflowId;
            start.WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
            start.WorkflowIdReusePolicy = WorkflowIdReusePolicy.AllowDuplicate;
            Take(update, known);
            update.WorkflowExecution.RunId = "";
        }

        both.Operations.Clear();
        both.Operations.Add(new ExecuteMultiOperationRequest.Types.Operation { StartWorkflow = start });
        both.Operations.Add(new ExecuteMultiOperationRequest.Types.Operation { UpdateWorkflow = update });
    }

    private static void Take(UpdateWorkflowExecutionRequest update, KnownUpdate known)
    {
        update.WorkflowExecution = known.Execution.Clone();
        update.FirstExecutionRunId = "";
        update.Request.Meta.UpdateId = known.Id;
    }

    /// <summary>The last of what was made for a request, most of the time.</summary>
    private T? Known<T>(string made)
        where T : class => random.Next(4) == 0 ? null : seeds.Last<T>(made);

    private IMessage Fill(string method, MessageDescriptor type, int depth)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (field.ContainingOneof is { IsSynthetic: false } || Never.Contains(field.Name))
            {
                continue;
            }

            if (Always.Contains(field.Name) || random.Next(4) == 0)
            {
                Put(method, message, field, depth);
            }
        }

        foreach (var choice in type.Oneofs.Where(choice => !choice.IsSynthetic))
        {
            Put(method, message, choice.Fields[random.Next(choice.Fields.Count)], depth);
        }

        if (message is Command command)
        {
            Complete(command);
        }

        return message;
    }

    // The kind of a command is that of its attributes.
    private static void Complete(Command command)
    {
        const string Suffix = "CommandAttributes";
        var name = command.AttributesCase.ToString();
        if (name.EndsWith(Suffix, StringComparison.Ordinal))
        {
            command.CommandType = System.Enum.Parse<CommandType>(name[..^Suffix.Length]);
        }
    }

    private void Put(string method, IMessage message, FieldDescriptor field, int depth)
    {
        if (field.IsMap || (field.FieldType == FieldType.Message && depth >= Deepest))
        {
            return;
        }

        if (Value(method, field, depth) is not { } value)
        {
            return;
        }

        if (field.IsRepeated)
        {
            ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
        }
        else
        {
            field.Accessor.SetValue(message, value);
        }
    }

    private object? Value(string method, FieldDescriptor field, int depth) =>
        field.FieldType switch
        {
            FieldType.String => Text(method, field),
            FieldType.Bytes => Token(method, field),
            FieldType.Bool => random.Next(2) == 0,
            FieldType.Double => random.Next(1, 100) * 1.5,
            FieldType.Float => random.Next(1, 100) * 1.5F,
            FieldType.Enum => Enumerated(field),
            FieldType.Int32 or FieldType.SInt32 => random.Next(1, 5),
            FieldType.UInt32 => (uint)random.Next(1, 5),
            FieldType.Int64 or FieldType.SInt64 => (long)random.Next(1, 5),
            FieldType.UInt64 => (ulong)random.Next(1, 5),
            FieldType.Message => Part(method, field, depth),
            _ => null,
        };

    // Values are numbers to a descriptor and members of an enumeration to the message.
    private object Enumerated(FieldDescriptor field)
    {
        var values = field.EnumType.Values.Where(value => value.Number > 0).ToList();
        return System.Enum.ToObject(field.EnumType.ClrType, values[random.Next(values.Count)].Number);
    }

    private object? Part(string method, FieldDescriptor field, int depth)
    {
        switch (field.MessageType.FullName)
        {
            case "google.protobuf.Duration" when field.Name == "workflow_execution_retention_period":
                return new Duration { Seconds = 86_400L * random.Next(1, 9) };
            case "google.protobuf.Duration":
                // So long that nothing ends by itself while the requests are played.
                return new Duration { Seconds = random.Next(3_600, 100_000) };
            case "google.protobuf.Timestamp":
                var shift = TimeSpan.FromMinutes(field.Name.StartsWith("end", StringComparison.Ordinal) ? 60 : -random.Next(60));
                return Timestamp.FromDateTime(DateTime.UtcNow + shift);
            case "google.protobuf.FieldMask":
                return new FieldMask { Paths = { Mask(method) } };
            case { } wrapper when wrapper.StartsWith("google.protobuf.", StringComparison.Ordinal):
                return null;
            case "temporal.api.common.v1.WorkflowExecution":
                return seeds.Any<WorkflowExecution>("execution") is { } known
                    ? new WorkflowExecution { WorkflowId = known.WorkflowId, RunId = random.Next(2) == 0 ? known.RunId : "" }
                    : null;
            case "temporal.api.common.v1.WorkflowType":
                return new WorkflowType { Name = "Test" };
            case "temporal.api.taskqueue.v1.TaskQueue":
                return new TaskQueue { Name = seeds.Any<string>("task_queue") };
            case "temporal.api.failure.v1.Failure":
                // The one kind that workers may report of activities.
                return new Failure
                {
                    Message = "failed",
                    ApplicationFailureInfo = new ApplicationFailureInfo { Type = "Test" },
                };
            case "temporal.api.common.v1.Payloads":
                return TestServer.Text("1");
            case "temporal.api.common.v1.Payload":
                return TestServer.Text("1").Payloads_[0];
            case "temporal.api.common.v1.SearchAttributes" or "temporal.api.common.v1.Memo" or "temporal.api.common.v1.Header":
                return null;
            default:
                return Fill(method, field.MessageType, depth + 1);
        }
    }

    private object? Token(string method, FieldDescriptor field) =>
        field.Name == "task_token"
            ? seeds.Last<ByteString>(
                method switch
                {
                    "RespondQueryTaskCompleted" => "query.task_token",
                    _ when method.Contains("Activity", StringComparison.Ordinal) => "PollActivityTaskQueue.task_token",
                    _ => "PollWorkflowTaskQueue.task_token",
                }
            )
            : null;

    private string? Text(string method, FieldDescriptor field) =>
        field.Name switch
        {
            "namespace" when method == "RegisterNamespace" => $"ns-{random.Next()}",
            "namespace" => "default",
            "request_id" or "update_id" => $"r-{random.Next()}",
            "identity" => "fuzz",
            "workflow_id" when method is "StartWorkflowExecution" or "SignalWithStartWorkflowExecution" => Any("task_queue"),
            // A child begins by itself some time after the task that asked for it.
            "workflow_id" when method == "RespondWorkflowTaskCompleted" => $"child-{random.Next()}",
            "workflow_id" => seeds.Any<WorkflowExecution>("execution")?.WorkflowId,
            "run_id" or "first_execution_run_id" => random.Next(3) == 0 ? seeds.Any<WorkflowExecution>("execution")?.RunId : "",
            "task_queue" => Any("task_queue"),
            "schedule_id" when method == "CreateSchedule" => $"s-{random.Next()}",
            "schedule_id" => Any("schedule_id"),
            "job_id" when method == "StartBatchOperation" => $"job-{random.Next()}",
            "job_id" => Any("job_id"),
            "id" or "activity_id" => "a",
            "type" => "Act",
            "worker_instance_key" => "worker-1",
            "visibility_query" => "WorkflowId = 'w0'",
            "query" when method.Contains("Schedule", StringComparison.Ordinal) => "TemporalSchedulePaused = false",
            "query" when method is "ListWorkers" or "CountWorkers" => "",
            "query" => Pick("", "ExecutionStatus = 'Running'", "WorkflowId STARTS_WITH 'w'", "StartTime > '2020-01-01T00:00:00Z'"),
            "endpoint" => "endpoint-1",
            "parent_close_policy" => null,
            "pause" or "unpause" => random.Next(2) == 0 ? "note" : "",
            "timezone_name" => Pick("", "UTC", "Europe/Berlin"),
            "cron_string" => Pick("0 12 * * *", "@daily", "*/5 * * * 1-5"),
            "second" or "minute" or "hour" or "day_of_month" or "month" or "day_of_week" => Pick("1", "*", "1-5/2"),
            "year" => "2030",
            "url" => "http://localhost:1/nexus",
            _ => "text",
        };

    private string Mask(string method) =>
        method.Contains("Activity", StringComparison.Ordinal) || method.Contains("Batch", StringComparison.Ordinal)
            ? Pick("task_queue.name", "start_to_close_timeout", "retry_policy.maximum_attempts")
            : "versioning_override";

    private string? Any(string known) => seeds.Any<string>(known);

    private string Pick(params ReadOnlySpan<string> values) => values[random.Next(values.Length)];
}
